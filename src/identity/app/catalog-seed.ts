import type { Tx } from "#db/index.ts";
import type { CatalogService } from "../domain/catalog.ts";
import { catalogSeedEnsure } from "../store/catalog-seeds.ts";
import { endpointInsert } from "../store/endpoints.ts";
import { serviceFind, serviceInsert } from "../store/services.ts";
import { regionEnsure } from "./region.ts";

/** Gives what the configuration names to the catalogue, each thing once in the cloud's life. */
export async function catalogSeed(tx: Tx, services: readonly CatalogService[]): Promise<void> {
  for (const { id, type, name, endpoints } of services) {
    if (await catalogSeedEnsure(tx, id)) {
      await serviceInsert(tx, { id, type, name, description: "", enabled: true, extra: {} });
    }
    if (!(await serviceFind(tx, id))) continue;
    for (const endpoint of endpoints) {
      if (!(await catalogSeedEnsure(tx, endpoint.id))) continue;
      const { region: regionId, interface: kind, url } = endpoint;
      if (regionId !== undefined) await regionEnsure(tx, regionId);
      const place = { serviceId: id, interface: kind, regionId };
      await endpointInsert(tx, { id: endpoint.id, ...place, url, enabled: true, extra: {} });
    }
  }
}
