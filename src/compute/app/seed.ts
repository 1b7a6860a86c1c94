import { newUuid } from "#base/ids.ts";
import { flavorFindByName, flavorInsert, type Flavor } from "../store/flavors.ts";
import type { ComputeDeps } from "./deps.ts";

export type FlavorSeed = Pick<Flavor, "name" | "memoryMiB" | "vcpus" | "rootGiB" | "extraSpecs">;

/** Makes the flavor when no flavor has its name; an operator's changes stay. */
export async function flavorEnsure(deps: ComputeDeps, seed: FlavorSeed): Promise<void> {
  await deps.database.transaction(async (tx) => {
    if (await flavorFindByName(tx, seed.name)) return;
    const rest = { ephemeralGiB: 0, swapMiB: 0, rxtxFactor: 1, isPublic: true, description: null };
    await flavorInsert(tx, { id: newUuid(), ...rest, ...seed, createdAt: deps.clock.now() });
  });
}
