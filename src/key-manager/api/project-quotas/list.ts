import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { projectQuotasList } from "../../app/quota.ts";
import { pageParse } from "../../domain/page.ts";
import { pageLinks, pageParameters } from "../page-links.ts";
import { projectQuotasView } from "./view.ts";

export const projectQuotasListOperation = operation({
  query: Type.Object(pageParameters),
  handle: async (ctx: KeyManagerCtx, { query }) => {
    const page = pageParse(query);
    const listed = await projectQuotasList(ctx, page);
    return {
      project_quotas: listed.items.map(({ projectId, quotas }) => ({
        project_id: projectId,
        project_quotas: projectQuotasView(quotas),
      })),
      ...pageLinks(`${ctx.baseUrl}/v1/project-quotas`, listed, page),
    };
  },
});
