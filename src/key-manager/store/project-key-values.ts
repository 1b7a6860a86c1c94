import { projectKeyContext } from "../domain/project-key.ts";
import type { SealedValues } from "../domain/sealed-values.ts";

/** The projects' keys, in the form of boxes: which master key wrapped one is a column of its own. */
export const projectKeyValues: SealedValues = {
  what: "project keys",
  async count(db, prefix) {
    const { total } = await db
      .selectFrom("key_manager_project_keys")
      .select((select) => select.fn.countAll<number | string | bigint>().as("total"))
      .where("master_key_id", "!=", masterKeyIdOf(prefix))
      .executeTakeFirstOrThrow();
    return Number(total);
  },
  async some(db, prefix, limit) {
    const rows = await db
      .selectFrom("key_manager_project_keys")
      .select(["id", "project_id", "master_key_id", "wrapped_key"])
      .where("master_key_id", "!=", masterKeyIdOf(prefix))
      .limit(limit)
      .execute();
    return rows.map((row) => ({
      key: [row.id],
      sealed: `${row.master_key_id}:${row.wrapped_key}`,
      context: projectKeyContext(row.id, row.project_id),
    }));
  },
  async replace(tx, read, sealed) {
    const [id = ""] = read.key;
    const [from, to] = [masterKeyIdOf(read.sealed), masterKeyIdOf(sealed)];
    await tx
      .updateTable("key_manager_project_keys")
      .set({ master_key_id: to, wrapped_key: sealed.slice(to.length + 1) })
      .where("id", "=", id)
      .where("master_key_id", "=", from)
      .where("wrapped_key", "=", read.sealed.slice(from.length + 1))
      .execute();
  },
};

function masterKeyIdOf(text: string): string {
  return text.slice(0, text.indexOf(":"));
}
