import { quotaResources, type ProjectQuotas } from "../../domain/quota.ts";

/** `null` is a limit that was not set. */
export function projectQuotasView(quotas: ProjectQuotas): object {
  return Object.fromEntries(quotaResources.map((resource) => [resource, quotas[resource] ?? null]));
}
