import type { Migration } from "#db/index.ts";

export const computeInitial: Migration = {
  async up(db) {
    await db.schema
      .createTable("compute_flavors")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("name", "text", (column) => column.notNull().unique())
      .addColumn("memory_mib", "integer", (column) => column.notNull())
      .addColumn("vcpus", "integer", (column) => column.notNull())
      .addColumn("root_gib", "integer", (column) => column.notNull())
      .addColumn("ephemeral_gib", "integer", (column) => column.notNull())
      .addColumn("swap_mib", "integer", (column) => column.notNull())
      .addColumn("rxtx_factor", "double precision", (column) => column.notNull())
      .addColumn("is_public", "integer", (column) => column.notNull())
      .addColumn("description", "text")
      .addColumn("extra_specs", "text", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .execute();
    await db.schema
      .createTable("compute_keypairs")
      .addColumn("user_id", "text", (column) => column.notNull())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("type", "text", (column) => column.notNull())
      .addColumn("fingerprint", "text", (column) => column.notNull())
      .addColumn("public_key", "text", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("compute_keypairs_key", ["user_id", "name"])
      .execute();
    await db.schema
      .createTable("compute_hosts")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("number", "integer", (column) => column.notNull().unique())
      .addColumn("hostname", "text", (column) => column.notNull().unique())
      .addColumn("facts", "text", (column) => column.notNull())
      .addColumn("public_key", "text", (column) => column.notNull())
      .addColumn("disabled_reason", "text")
      .addColumn("disabled", "integer", (column) => column.notNull())
      .addColumn("seen_at", "bigint", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .execute();
    await db.schema
      .createTable("compute_servers")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("project_id", "text", (column) => column.notNull())
      .addColumn("user_id", "text", (column) => column.notNull())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("vm_state", "text", (column) => column.notNull())
      .addColumn("task_state", "text")
      .addColumn("power_state", "text", (column) => column.notNull())
      .addColumn("host_id", "text")
      .addColumn("image_id", "text", (column) => column.notNull())
      .addColumn("flavor_id", "text", (column) => column.notNull())
      /** What never changes after the creation, or is only shown: JSON. */
      .addColumn("details", "text", (column) => column.notNull())
      .addColumn("metadata", "text", (column) => column.notNull())
      .addColumn("fault", "text")
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addColumn("updated_at", "bigint", (column) => column.notNull())
      .addColumn("launched_at", "bigint")
      .execute();
    await db.schema
      .createIndex("compute_servers_by_project")
      .on("compute_servers")
      .columns(["project_id", "created_at", "id"])
      .execute();
    await db.schema.createIndex("compute_servers_by_host").on("compute_servers").column("host_id").execute();
    await db.schema
      .createTable("compute_server_actions")
      .addColumn("request_id", "text", (column) => column.notNull())
      .addColumn("server_id", "text", (column) => column.notNull())
      .addColumn("action", "text", (column) => column.notNull())
      .addColumn("event", "text", (column) => column.notNull())
      .addColumn("project_id", "text", (column) => column.notNull())
      .addColumn("user_id", "text", (column) => column.notNull())
      .addColumn("host_id", "text")
      .addColumn("message", "text")
      .addColumn("details", "text")
      .addColumn("result", "text")
      .addColumn("started_at", "bigint", (column) => column.notNull())
      .addColumn("finished_at", "bigint")
      .addPrimaryKeyConstraint("compute_server_actions_key", ["server_id", "request_id"])
      .execute();
    /** Passphrases that are being stored for servers that do not exist yet. */
    await db.schema
      .createTable("compute_tpm_intents")
      .addColumn("server_id", "text", (column) => column.primaryKey())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .execute();
  },
};
