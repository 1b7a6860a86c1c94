import { sql } from "kysely";
import type { Migration } from "#db/index.ts";

/**
 * Intents of passphrases: one for each saga that is to use one, of images' TPMs too, and with the control plane whose request
 * it is. An image's row is there from now on when its passphrase is.
 */
export const computePassphraseIntents: Migration = {
  async up(db) {
    const table = "compute_passphrase_intents";
    await db.schema
      .createTable(table)
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("server_id", "text", (column) => column.notNull())
      .addColumn("image_id", "text")
      .addColumn("project_id", "text")
      .addColumn("user_id", "text")
      .addColumn("owner_id", "text", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addColumn("taken", "integer", (column) => column.notNull())
      .execute();
    const columns = sql.raw(
      `${table} (id, server_id, image_id, project_id, user_id, owner_id, created_at, taken)`,
    );
    await sql`insert into ${columns}
      select server_id, server_id, null, project_id, user_id, '', created_at, 0 from compute_tpm_intents`.execute(
      db,
    );
    await sql`insert into ${columns}
      select image_id, server_id, image_id, project_id, user_id, '', created_at, 0
      from compute_image_tpms where secret_id is null`.execute(db);
    await sql`delete from compute_image_tpms where secret_id is null`.execute(db);
    await db.schema.dropTable("compute_tpm_intents").execute();
    await db.schema.alterTable("compute_passphrase_orphans").addColumn("image_id", "text").execute();
  },
};
