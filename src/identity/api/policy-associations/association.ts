import type { PolicyAssociation } from "../../domain/policy-association.ts";
import { pathParam } from "../input.ts";

/** The policy and the place that the path names. */
export function associationOfPath(params: Readonly<Record<string, string>>): PolicyAssociation {
  return {
    policyId: pathParam(params, "policy_id"),
    endpointId: params["endpoint_id"],
    serviceId: params["service_id"],
    regionId: params["region_id"],
  };
}
