import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { quotaLimitsSet } from "../../app/quota.ts";
import { projectRequire } from "../../app/project.ts";
import { booleanOf, queryText } from "../paging.ts";
import { queryCheck } from "../query-check.ts";
import { droppedQuotas, limitFields, limitsOf } from "./limits-schema.ts";
import { quotaSetView } from "./view.ts";

const closed = { additionalProperties: false };
const force = Type.Optional(
  Type.Union([
    Type.Boolean(),
    Type.String({ pattern: "^([Tt]rue|TRUE|[Ff]alse|FALSE|[Tt]|[Ff]|[Yy]es|[Nn]o|[Oo]n|[Oo]ff|1|0)$" }),
  ]),
);

function body(without: readonly string[]) {
  return Type.Object({ quota_set: Type.Object({ ...limitFields(without), force }, closed) }, closed);
}

/** PUT /os-quota-sets/{project_id} */
export const quotaSetUpdate = operation({
  body: [
    { from: "2.1", schema: body([]) },
    { from: "2.36", schema: body(droppedQuotas.networks) },
    { from: "2.57", schema: body(droppedQuotas.injectedFiles) },
  ],
  handle: async (ctx: ComputeCtx, { params, query, body: asked }) => {
    queryCheck(ctx, query, ["user_id"], "2.75");
    await projectRequire(ctx, params["id"] ?? "");
    const fields: { readonly force?: boolean | string } = asked.quota_set;
    const limits = await quotaLimitsSet(
      ctx,
      { projectId: params["id"] ?? "", userId: queryText(query, "user_id") },
      { limits: limitsOf(fields), force: booleanOf(String(fields.force ?? false)) === true },
    );
    return quotaSetView(ctx, limits);
  },
});
