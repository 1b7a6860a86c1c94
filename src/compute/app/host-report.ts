import { hostUpsert, type HostFacts } from "../store/hosts.ts";
import type { ComputeSagaDeps } from "./deps.ts";

/** Records what a host says of itself, here and as a resource provider. */
export async function hostRegistered(deps: ComputeSagaDeps, facts: HostFacts): Promise<void> {
  await deps.database.transaction((tx) => hostUpsert(tx, facts, deps.clock.now()));
  await deps.placement.providerEnsure({
    uuid: facts.hostId,
    name: facts.hostname,
    traits: facts.traits,
    inventories: facts.inventories,
  });
  deps.log.info({ hostId: facts.hostId, hostname: facts.hostname }, "host registered");
}
