import { CloudError } from "#base/errors.ts";

/** What a project may have a limited number of. Certificate authorities are in the answers alone. */
export const quotaResources = ["secrets", "orders", "containers", "consumers", "cas"] as const;
export type QuotaResource = (typeof quotaResources)[number];

/** Limits set for one project; undefined: the default. Below 0: no limit. */
export type ProjectQuotas = Readonly<Record<QuotaResource, number | undefined>>;

/** Barbican's defaults. */
const unlimited = -1;

export function quotasEffective(own: ProjectQuotas | undefined): Readonly<Record<QuotaResource, number>> {
  const entries = quotaResources.map((resource) => [resource, own?.[resource] ?? unlimited] as const);
  return Object.fromEntries(entries) as Record<QuotaResource, number>;
}

/** Throws `quota` when there are `count` and one more is too many. */
export function quotaCheck(limit: number, count: number, operation: string): void {
  if (limit < 0 || count < limit) return;
  throw new CloudError(
    "quota",
    `${operation} issue seen - Creation not allowed because a quota has been reached.`,
  );
}
