import { Type } from "typebox";
import { atLeast, operation } from "#http/index.ts";
import type { ComputeCtx, ComputeDeps } from "../../app/deps.ts";
import { quotaClassLimits, quotaClassSet } from "../../app/quota.ts";
import type { QuotaLimits } from "../../domain/quota.ts";
import { droppedQuotas, limitFields, limitsOf } from "./limits-schema.ts";
import { shownQuotas } from "./view.ts";

const closed = { additionalProperties: false };

/** Server groups are shown from 2.50 on. */
function view(ctx: ComputeCtx, limits: QuotaLimits, id?: string): object {
  const shown = shownQuotas(ctx, "2.50").filter(
    (name) => atLeast(ctx, "2.50") || !name.startsWith("server_group"),
  );
  const values = Object.fromEntries(shown.map((name) => [name, limits[name]]));
  return { quota_class_set: { ...(id === undefined ? {} : { id }), ...values } };
}

function body(without: readonly string[]) {
  return Type.Object({ quota_class_set: Type.Object(limitFields(without), closed) }, closed);
}

/** GET /os-quota-class-sets/{class} */
export const quotaClassShow = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    const id = params["id"] ?? "";
    return view(ctx, await quotaClassLimits(ctx.deps.database.db, id), id);
  },
});

/** PUT /os-quota-class-sets/{class} */
export const quotaClassUpdate = operation({
  body: [
    { from: "2.1", schema: body([]) },
    { from: "2.50", schema: body(droppedQuotas.networks) },
    { from: "2.57", schema: body(droppedQuotas.injectedFiles) },
  ],
  handle: async (ctx: ComputeCtx, { params, body: asked }) =>
    view(ctx, await quotaClassSet(ctx, params["id"] ?? "", limitsOf(asked.quota_class_set))),
});
