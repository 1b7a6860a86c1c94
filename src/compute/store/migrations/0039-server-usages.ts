import type { Migration } from "#db/index.ts";

interface FlavorInDetails {
  readonly flavor: {
    readonly name: string;
    readonly memoryMiB: number;
    readonly vcpus: number;
    readonly rootGiB: number;
    readonly ephemeralGiB: number;
  };
}

export const computeServerUsages: Migration = {
  async up(db) {
    await db.schema
      .createTable("compute_server_usages")
      .addColumn("server_id", "text", (column) => column.primaryKey())
      .addColumn("project_id", "text", (column) => column.notNull())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("flavor_name", "text", (column) => column.notNull())
      .addColumn("memory_mib", "integer", (column) => column.notNull())
      .addColumn("vcpus", "integer", (column) => column.notNull())
      .addColumn("disk_gib", "integer", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex("compute_server_usages_by_project")
      .on("compute_server_usages")
      .columns(["project_id", "server_id"])
      .execute();
    const servers = await db
      .selectFrom("compute_servers")
      .select(["id", "project_id", "name", "details", "created_at"])
      .execute();
    for (const server of servers) {
      const { flavor } = JSON.parse(server["details"] as string) as FlavorInDetails;
      await db
        .insertInto("compute_server_usages")
        .values({
          server_id: server["id"],
          project_id: server["project_id"],
          name: server["name"],
          flavor_name: flavor.name,
          memory_mib: flavor.memoryMiB,
          vcpus: flavor.vcpus,
          disk_gib: flavor.rootGiB + flavor.ephemeralGiB,
          created_at: server["created_at"],
        })
        .execute();
    }
  },
};
