import type { Db, Tx } from "#db/index.ts";

/** An endpoint, or a group of them, in the catalogue of a project that shows chosen ones only. */
export interface EndpointFilterEntry {
  readonly projectId: string;
  readonly kind: "endpoint" | "group";
  /** Of the endpoint or endpoint group. */
  readonly targetId: string;
}

declare module "#db/tables.ts" {
  interface Tables {
    identity_endpoint_filters: {
      project_id: string;
      target_kind: EndpointFilterEntry["kind"];
      target_id: string;
    };
  }
}

export async function endpointFilterList(
  db: Db,
  filter: Partial<EndpointFilterEntry>,
): Promise<EndpointFilterEntry[]> {
  let query = db.selectFrom("identity_endpoint_filters").selectAll();
  if (filter.projectId !== undefined) query = query.where("project_id", "=", filter.projectId);
  if (filter.kind !== undefined) query = query.where("target_kind", "=", filter.kind);
  if (filter.targetId !== undefined) query = query.where("target_id", "=", filter.targetId);
  const rows = await query.orderBy("project_id").orderBy("target_id").execute();
  return rows.map((row) => ({ projectId: row.project_id, kind: row.target_kind, targetId: row.target_id }));
}

/** Adding twice is no error. */
export async function endpointFilterEnsure(tx: Tx, entry: EndpointFilterEntry): Promise<void> {
  await tx
    .insertInto("identity_endpoint_filters")
    .values({ project_id: entry.projectId, target_kind: entry.kind, target_id: entry.targetId })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Removes every entry of a project, or of an endpoint or group, or the one of both. */
export async function endpointFilterDelete(
  tx: Tx,
  filter:
    | Pick<EndpointFilterEntry, "projectId">
    | Pick<EndpointFilterEntry, "kind" | "targetId">
    | EndpointFilterEntry,
): Promise<void> {
  let query = tx.deleteFrom("identity_endpoint_filters");
  if ("projectId" in filter) query = query.where("project_id", "=", filter.projectId);
  if ("kind" in filter) {
    query = query.where("target_kind", "=", filter.kind).where("target_id", "=", filter.targetId);
  }
  await query.execute();
}
