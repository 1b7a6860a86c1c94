import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { projectQuotasDelete } from "../../app/quota.ts";

export const projectQuotasDeleteOperation = operation({
  status: 204,
  handle: async (ctx: KeyManagerCtx, { params }) => projectQuotasDelete(ctx, params["project_id"] ?? ""),
});
