import { newUuid } from "#base/ids.ts";
import type { Database } from "#db/index.ts";
import { inventoryDefaults } from "../domain/inventory.ts";
import { inventoryInsert } from "../store/inventories.ts";
import { providerInsert } from "../store/providers.ts";
import { nowMs, type TestPlacement } from "./start.ts";

/*
 * Many clients claim the last unit of many providers: who wins is open, that one does is not.
 */

/** Providers with one unit each. */
export async function contestPrepare(database: Database, count: number): Promise<string[]> {
  const uuids = Array.from({ length: count }, newUuid);
  await database.transaction(async (tx) => {
    for (const uuid of uuids) {
      const times = { createdAtMs: nowMs, updatedAtMs: nowMs };
      const provider = { uuid, name: uuid, generation: 0, parentUuid: undefined, rootUuid: uuid };
      await providerInsert(tx, { ...provider, ...times });
      const key = { providerUuid: uuid, resourceClass: "VCPU" };
      await inventoryInsert(tx, key, { ...inventoryDefaults, total: 1 }, nowMs);
    }
  });
  return uuids;
}

/** The answers' statuses, and how often each came. */
export type Statuses = Record<number, number>;

/** Each unit is asked for so many times, by clients of which none waits for another. */
export async function contestRun(
  cloud: TestPlacement,
  options: { readonly providers: readonly string[]; readonly clients: number; readonly claimsEach: number },
): Promise<Statuses> {
  const claims = options.providers.flatMap((uuid) => Array.from({ length: options.claimsEach }, () => uuid));
  const statuses: Statuses = {};
  const client = async (): Promise<void> => {
    for (let uuid = claims.pop(); uuid !== undefined; uuid = claims.pop()) {
      const body = {
        allocations: { [uuid]: { resources: { VCPU: 1 } } },
        project_id: "p",
        user_id: "u",
        consumer_generation: null,
        consumer_type: "INSTANCE",
      };
      const { status } = await cloud.send("PUT", `/allocations/${newUuid()}`, { body });
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: options.clients }, client));
  return statuses;
}

export interface Standing {
  readonly units: number;
  readonly consumers: number;
  /** Providers whose `used`, allocations and generation do not say the same: one unit, one claim. */
  readonly wrong: readonly string[];
}

export async function contestStanding({ db }: Database): Promise<Standing> {
  const inventories = await db.selectFrom("placement_inventories").selectAll().execute();
  const allocations = await db.selectFrom("placement_allocations").selectAll().execute();
  const consumers = await db.selectFrom("placement_consumers").selectAll().execute();
  const generations = new Map(
    (await db.selectFrom("placement_providers").selectAll().execute()).map((row) => [
      row.uuid,
      row.generation,
    ]),
  );
  const held = Map.groupBy(allocations, (row) => row.provider_uuid);
  const wrong = inventories.filter((row) => {
    const taken = (held.get(row.provider_uuid) ?? []).reduce((sum, each) => sum + each.used, 0);
    return row.used !== 1 || taken !== 1 || generations.get(row.provider_uuid) !== 1;
  });
  return {
    units: allocations.length,
    consumers: consumers.length,
    wrong: wrong.map((row) => row.provider_uuid),
  };
}
