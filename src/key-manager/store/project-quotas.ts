import { prepared, type Db, type Tx } from "#db/index.ts";
import type { Listed, Page } from "../domain/page.ts";
import { quotaResources, type ProjectQuotas } from "../domain/quota.ts";

interface QuotasRow {
  readonly project_id: string;
  readonly secrets: number | null;
  readonly orders: number | null;
  readonly containers: number | null;
  readonly consumers: number | null;
  readonly cas: number | null;
  readonly created_at: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    key_manager_project_quotas: QuotasRow;
  }
}

export async function projectQuotasFind(db: Db, projectId: string): Promise<ProjectQuotas | undefined> {
  const [row] = await rowsOfProject(db, { projectId });
  return row && fromRow(row);
}

const rowsOfProject = prepared((db: Db, { projectId }: { projectId: string }) =>
  db.selectFrom("key_manager_project_quotas").selectAll().where("project_id", "=", projectId),
);

export async function projectQuotasList(
  db: Db,
  page: Page,
): Promise<Listed<{ readonly projectId: string; readonly quotas: ProjectQuotas }>> {
  const { total } = await db
    .selectFrom("key_manager_project_quotas")
    .select((select) => select.fn.countAll<number | string | bigint>().as("total"))
    .executeTakeFirstOrThrow();
  const rows = await db
    .selectFrom("key_manager_project_quotas")
    .selectAll()
    .orderBy("created_at")
    .orderBy("project_id")
    .limit(page.limit)
    .offset(page.offset)
    .execute();
  return {
    items: rows.map((row) => ({ projectId: row.project_id, quotas: fromRow(row) })),
    total: Number(total),
  };
}

/** Inserts, or replaces all of them. */
export async function projectQuotasPut(
  tx: Tx,
  projectId: string,
  quotas: ProjectQuotas,
  now: number,
): Promise<void> {
  const limits = Object.fromEntries(
    quotaResources.map((resource) => [resource, quotas[resource] ?? null]),
  ) as Pick<QuotasRow, (typeof quotaResources)[number]>;
  await tx
    .insertInto("key_manager_project_quotas")
    .values({ project_id: projectId, ...limits, created_at: now })
    .onConflict((conflict) => conflict.column("project_id").doUpdateSet(limits))
    .execute();
}

/** False when there were none. */
export async function projectQuotasDelete(tx: Tx, projectId: string): Promise<boolean> {
  const result = await tx
    .deleteFrom("key_manager_project_quotas")
    .where("project_id", "=", projectId)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

function fromRow(row: QuotasRow): ProjectQuotas {
  return Object.fromEntries(
    quotaResources.map((resource) => [resource, row[resource] ?? undefined]),
  ) as ProjectQuotas;
}
