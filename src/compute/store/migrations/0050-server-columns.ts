import { sql } from "kysely";
import type { Migration } from "#db/index.ts";

/** `version` for lists that read only what changed, `vcpus` and `memory_mib` for quotas. */
export const computeServerColumns: Migration = {
  async up(db) {
    for (const [name, type] of [
      ["version", "bigint"],
      ["vcpus", "integer"],
      ["memory_mib", "integer"],
    ] as const) {
      await db.schema
        .alterTable("compute_servers")
        .addColumn(name, type, (column) => column.notNull().defaultTo(0))
        .execute();
    }
    const { rows } = await sql<{
      id: string;
      details: string;
    }>`select id, details from compute_servers`.execute(db);
    for (const { id, details } of rows) {
      const { flavor } = JSON.parse(details) as { flavor: { vcpus: number; memoryMiB: number } };
      const set = sql`vcpus = ${flavor.vcpus}, memory_mib = ${flavor.memoryMiB}`;
      await sql`update compute_servers set ${set} where id = ${id}`.execute(db);
    }
  },
};
