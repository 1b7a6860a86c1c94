import { hostBootNotice } from "../reconcilers/host-boot.ts";
import { hostUpsert, type HostFacts } from "../store/hosts.ts";
import type { ComputeSagaDeps } from "./deps.ts";

/** Records what a host says of itself, here and as a resource provider. */
export async function hostRegistered(deps: ComputeSagaDeps, facts: HostFacts): Promise<void> {
  // Placement first: it refuses a second host of the same name with a reason that the host can show.
  await deps.placement.providerEnsure({
    uuid: facts.hostId,
    name: facts.hostname,
    traits: facts.traits,
    inventories: facts.inventories,
  });
  await deps.database.transaction(async (tx) => {
    await hostBootNotice(tx, facts);
    await hostUpsert(tx, facts, deps.clock.now());
  });
  deps.log.info({ hostId: facts.hostId, hostname: facts.hostname }, "host registered");
}
