import type { Db } from "#db/index.ts";
import type { PlacedEndpoint } from "../domain/catalog.ts";

interface ListedService {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly endpoints: readonly PlacedEndpoint[];
}

/** The enabled services with their enabled endpoints, which may be none. */
export async function catalogList(db: Db): Promise<ListedService[]> {
  const rows = await db
    .selectFrom("identity_services as service")
    .leftJoin("identity_endpoints as endpoint", (join) =>
      join.onRef("endpoint.service_id", "=", "service.id").on("endpoint.enabled", "=", 1),
    )
    .select(["service.id", "service.type", "service.name", "endpoint.id as endpoint_id"])
    .select(["endpoint.interface", "endpoint.region_id", "endpoint.url"])
    .where("service.enabled", "=", 1)
    .orderBy("service.type")
    .orderBy("service.id")
    .orderBy("endpoint.id")
    .execute();
  const found = new Map<string, ListedService & { readonly endpoints: PlacedEndpoint[] }>();
  for (const row of rows) {
    const { id, type } = row;
    const service = found.get(id) ?? { id, type, name: row.name ?? "", endpoints: [] };
    found.set(id, service);
    const { endpoint_id: endpointId, interface: kind, url } = row;
    if (endpointId === null || kind === null || url === null) continue;
    const regionId = row.region_id ?? undefined;
    service.endpoints.push({ id: endpointId, serviceId: id, interface: kind, regionId, url });
  }
  return [...found.values()];
}
