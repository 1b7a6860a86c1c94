import { CloudError } from "#base/errors.ts";
import type { Tx } from "#db/index.ts";
import type { Listed, Page } from "../domain/page.ts";
import { quotaCheck, quotasEffective, type ProjectQuotas, type QuotaResource } from "../domain/quota.ts";
import {
  projectQuotasDelete as projectQuotasDeleteRow,
  projectQuotasFind,
  projectQuotasList as projectQuotasListRows,
  projectQuotasPut,
} from "../store/project-quotas.ts";
import type { KeyManagerCtx } from "./deps.ts";
import { projectRequire } from "./secret-access.ts";

/** Throws `quota` when the project may have no more of it. `count` is asked only where there is a limit. */
export async function quotaRequire(
  tx: Tx,
  projectId: string,
  wanted: {
    readonly resource: QuotaResource;
    /** What is refused, in Barbican's words: `Secret creation`. */
    readonly operation: string;
    readonly count: (tx: Tx, projectId: string) => Promise<number>;
  },
): Promise<void> {
  const limit = quotasEffective(await projectQuotasFind(tx, projectId))[wanted.resource];
  if (limit < 0) return;
  quotaCheck(limit, await wanted.count(tx, projectId), wanted.operation);
}

/** The caller's own project's. */
export async function quotasFetch(ctx: KeyManagerCtx): Promise<Readonly<Record<QuotaResource, number>>> {
  const projectId = projectRequire(ctx, "quotas:get");
  return quotasEffective(await projectQuotasFind(ctx.deps.database.db, projectId));
}

export async function projectQuotasFetch(ctx: KeyManagerCtx, projectId: string): Promise<ProjectQuotas> {
  const quotas = await projectQuotasFind(ctx.deps.database.db, projectId);
  if (!quotas) throw notFound();
  return quotas;
}

export async function projectQuotasList(
  ctx: KeyManagerCtx,
  page: Page,
): Promise<Listed<{ readonly projectId: string; readonly quotas: ProjectQuotas }>> {
  return projectQuotasListRows(ctx.deps.database.db, page);
}

export async function projectQuotasReplace(
  ctx: KeyManagerCtx,
  projectId: string,
  quotas: ProjectQuotas,
): Promise<void> {
  await ctx.deps.database.transaction((tx) => projectQuotasPut(tx, projectId, quotas, ctx.clock.now()));
}

export async function projectQuotasDelete(ctx: KeyManagerCtx, projectId: string): Promise<void> {
  const deleted = await ctx.deps.database.transaction((tx) => projectQuotasDeleteRow(tx, projectId));
  if (!deleted) throw notFound();
}

function notFound(): CloudError {
  return new CloudError("not-found", "Project quotas not found.");
}
