import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { projectQuotasReplace } from "../../app/quota.ts";

const Limit = Type.Optional(Type.Integer({ minimum: -2_147_483_648, maximum: 2_147_483_647 }));

/** What is not named goes back to the default. */
export const projectQuotasReplaceOperation = operation({
  body: Type.Object(
    {
      project_quotas: Type.Object(
        { secrets: Limit, orders: Limit, containers: Limit, consumers: Limit, cas: Limit },
        { additionalProperties: false },
      ),
    },
    { additionalProperties: false, title: "Project Quota" },
  ),
  status: 204,
  handle: async (ctx: KeyManagerCtx, { params, body }) => {
    const { secrets, orders, containers, consumers, cas } = body.project_quotas;
    const quotas = { secrets, orders, containers, consumers, cas };
    await projectQuotasReplace(ctx, params["project_id"] ?? "", quotas);
  },
});
