import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { projectQuotasFetch } from "../../app/quota.ts";
import { projectQuotasView } from "./view.ts";

export const projectQuotasShowOperation = operation({
  handle: async (ctx: KeyManagerCtx, { params }) => ({
    project_quotas: projectQuotasView(await projectQuotasFetch(ctx, params["project_id"] ?? "")),
  }),
});
