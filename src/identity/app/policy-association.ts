import { CloudError } from "#base/errors.ts";
import { placeCovers, policyIdOfEndpoint, type PolicyAssociation } from "../domain/policy-association.ts";
import type { Endpoint } from "../domain/catalog.ts";
import type { PolicyDocument } from "../domain/policy-document.ts";
import {
  policyAssociationDelete as rowDelete,
  policyAssociationEnsure,
  policyAssociationList,
} from "../store/policy-associations.ts";
import { endpointsPlaced, requireParts } from "./catalog-parts.ts";
import type { IdentityCtx } from "./context.ts";
import { policyFetch } from "./policy-document.ts";

export async function policyAssociationFetch(ctx: IdentityCtx, wanted: PolicyAssociation): Promise<void> {
  const { db } = ctx.deps.database;
  await policyFetch(db, wanted.policyId);
  await requireParts(db, wanted);
  const { endpointId, serviceId, regionId } = wanted;
  const found = (await policyAssociationList(db, wanted)).some(
    (one) => one.endpointId === endpointId && one.serviceId === serviceId && one.regionId === regionId,
  );
  if (!found) throw new CloudError("not-found", "Could not find policy association.");
}

export async function policyAssociationCreate(
  ctx: IdentityCtx,
  association: PolicyAssociation,
): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    await requireParts(tx, association);
    await policyFetch(tx, association.policyId);
    await policyAssociationEnsure(tx, association);
  });
}

/** One that is not there is no error, as in Keystone. */
export async function policyAssociationDelete(
  ctx: IdentityCtx,
  association: PolicyAssociation,
): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    await requireParts(tx, association);
    await policyFetch(tx, association.policyId);
    await rowDelete(tx, association);
  });
}

/** Those of the places that the policy is associated with. */
export async function policyEndpointList(ctx: IdentityCtx, policyId: string): Promise<readonly Endpoint[]> {
  const { db } = ctx.deps.database;
  await policyFetch(db, policyId);
  const places = await policyAssociationList(db, { policyId });
  const endpoints = await endpointsPlaced(db);
  return endpoints.filter((endpoint) => places.some((place) => placeCovers(place, endpoint)));
}

export async function endpointPolicyFetch(ctx: IdentityCtx, endpointId: string): Promise<PolicyDocument> {
  const { db } = ctx.deps.database;
  await requireParts(db, { endpointId });
  const endpoint = (await endpointsPlaced(db)).find(({ id }) => id === endpointId);
  const policyId = endpoint && policyIdOfEndpoint(await policyAssociationList(db), endpoint);
  if (policyId !== undefined) return policyFetch(db, policyId);
  throw new CloudError("not-found", `No policy is associated with endpoint ${endpointId}.`);
}
