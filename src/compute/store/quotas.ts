import type { Db, Tx } from "#db/index.ts";

export interface QuotaRow {
  kind: "project" | "user" | "class";
  owner_id: string;
  user_id: string;
  resource: string;
  hard_limit: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    compute_quotas: QuotaRow;
  }
}

/** Whose limits: a project's, a user's in a project, or a class's (`default` holds for everybody). */
export type QuotaOwner = Readonly<Pick<QuotaRow, "kind" | "owner_id" | "user_id">>;

/** Only the limits that were set. */
export async function quotaList(db: Db, owner: QuotaOwner): Promise<Record<string, number>> {
  const rows = await db
    .selectFrom("compute_quotas")
    .select(["resource", "hard_limit"])
    .where("kind", "=", owner.kind)
    .where("owner_id", "=", owner.owner_id)
    .where("user_id", "=", owner.user_id)
    .execute();
  return Object.fromEntries(rows.map((row) => [row.resource, row.hard_limit]));
}

export async function quotaSet(
  tx: Tx,
  owner: QuotaOwner,
  limits: Readonly<Record<string, number>>,
): Promise<void> {
  for (const [resource, limit] of Object.entries(limits)) {
    await tx
      .deleteFrom("compute_quotas")
      .where("kind", "=", owner.kind)
      .where("owner_id", "=", owner.owner_id)
      .where("user_id", "=", owner.user_id)
      .where("resource", "=", resource)
      .execute();
    await tx
      .insertInto("compute_quotas")
      .values({ ...owner, resource, hard_limit: limit })
      .execute();
  }
}

/** Of a project (with its users' limits), or of one user in it. */
export async function quotaDelete(tx: Tx, projectId: string, userId: string | undefined): Promise<void> {
  const rows = tx.deleteFrom("compute_quotas").where("kind", "<>", "class").where("owner_id", "=", projectId);
  await (userId === undefined ? rows : rows.where("user_id", "=", userId)).execute();
}
