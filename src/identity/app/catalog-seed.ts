import type { Tx } from "#db/index.ts";
import type { CatalogEndpoint, CatalogService } from "../domain/catalog.ts";
import { catalogSeedChange, catalogSeedEnsure, catalogSeedUrl } from "../store/catalog-seeds.ts";
import { endpointFind, endpointInsert, endpointUpdate } from "../store/endpoints.ts";
import { serviceFind, serviceInsert } from "../store/services.ts";
import { regionEnsure } from "./region.ts";

/**
 * Gives what the configuration names to the catalogue, each thing once in the cloud's life. An endpoint's address follows the
 * configuration for as long as nobody changed it in the catalogue.
 */
export async function catalogSeed(tx: Tx, services: readonly CatalogService[]): Promise<void> {
  for (const { id, type, name, endpoints } of services) {
    if (await catalogSeedEnsure(tx, id)) {
      await serviceInsert(tx, { id, type, name, description: "", enabled: true, extra: {} });
    }
    if (!(await serviceFind(tx, id))) continue;
    for (const endpoint of endpoints) {
      if (!(await catalogSeedEnsure(tx, endpoint.id, endpoint.url))) {
        await endpointFollow(tx, endpoint);
        continue;
      }
      const { region: regionId, interface: kind, url } = endpoint;
      if (regionId !== undefined) await regionEnsure(tx, regionId);
      const place = { serviceId: id, interface: kind, regionId };
      await endpointInsert(tx, { id: endpoint.id, ...place, url, enabled: true, extra: {} });
    }
  }
}

async function endpointFollow(tx: Tx, { id, url }: CatalogEndpoint): Promise<void> {
  const given = await catalogSeedUrl(tx, id);
  if (given === url) return;
  const current = await endpointFind(tx, id);
  if (!current || current.url !== given) return;
  await endpointUpdate(tx, { ...current, url });
  await catalogSeedChange(tx, id, url);
}
