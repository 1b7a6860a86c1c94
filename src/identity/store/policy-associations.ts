import type { Db, Tx } from "#db/index.ts";
import type { AssociationPlace, PolicyAssociation } from "../domain/policy-association.ts";

interface AssociationRow {
  policy_id: string;
  /** These three are empty where the place is not of one. */
  endpoint_id: string;
  service_id: string;
  region_id: string;
}

declare module "#db/tables.ts" {
  interface Tables {
    identity_policy_associations: AssociationRow;
  }
}

export async function policyAssociationList(
  db: Db,
  filter: { readonly policyId?: string | undefined } = {},
): Promise<PolicyAssociation[]> {
  let query = db.selectFrom("identity_policy_associations").selectAll();
  if (filter.policyId !== undefined) query = query.where("policy_id", "=", filter.policyId);
  const rows = await query.orderBy("endpoint_id").orderBy("service_id").orderBy("region_id").execute();
  return rows.map((row) => ({
    policyId: row.policy_id,
    endpointId: row.endpoint_id || undefined,
    serviceId: row.service_id || undefined,
    regionId: row.region_id || undefined,
  }));
}

/** In place of another policy that was there. */
export async function policyAssociationEnsure(tx: Tx, association: PolicyAssociation): Promise<void> {
  const { policyId } = association;
  await tx
    .insertInto("identity_policy_associations")
    .values({ policy_id: policyId, ...columns(association) })
    .onConflict((conflict) =>
      conflict.columns(["endpoint_id", "service_id", "region_id"]).doUpdateSet({ policy_id: policyId }),
    )
    .execute();
}

export async function policyAssociationDelete(tx: Tx, association: PolicyAssociation): Promise<void> {
  const place = columns(association);
  await tx
    .deleteFrom("identity_policy_associations")
    .where("policy_id", "=", association.policyId)
    .where("endpoint_id", "=", place.endpoint_id)
    .where("service_id", "=", place.service_id)
    .where("region_id", "=", place.region_id)
    .execute();
}

function columns(place: AssociationPlace): Omit<AssociationRow, "policy_id"> {
  const { endpointId = "", serviceId = "", regionId = "" } = place;
  return { endpoint_id: endpointId, service_id: serviceId, region_id: regionId };
}
