import { atLeast } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { injectedFileQuotas, networkQuotas, quotaResources, type QuotaResource } from "../../domain/quota.ts";

/** The resources that this microversion knows: networks' are gone from `networksUntil` on, injected files from 2.57 on. */
export function shownQuotas(ctx: ComputeCtx, networksUntil: "2.36" | "2.50"): QuotaResource[] {
  return quotaResources.filter(
    (name) =>
      !(atLeast(ctx, networksUntil) && networkQuotas.includes(name)) &&
      !(atLeast(ctx, "2.57") && injectedFileQuotas.includes(name)),
  );
}

export function quotaSetView<T>(
  ctx: ComputeCtx,
  values: Readonly<Record<QuotaResource, T>>,
  id?: string,
): object {
  const shown = shownQuotas(ctx, "2.36").map((name) => [name, values[name]] as const);
  return { quota_set: { ...(id === undefined ? {} : { id }), ...Object.fromEntries(shown) } };
}
