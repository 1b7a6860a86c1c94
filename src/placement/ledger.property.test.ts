import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isCloudError } from "#base/errors.ts";
import { newUuid } from "#base/ids.ts";
import { silentLogger } from "#base/logger.ts";
import type { Database } from "#db/index.ts";
import { openTestDatabase } from "#db/testing/index.ts";
import { createLedger } from "./app/ledger.ts";
import { reshape } from "./app/reshaper.ts";
import { resourceClassCreate } from "./app/resource-class.ts";
import type { PlacementCtx } from "./deps.ts";
import type { AllocationRequest } from "./domain/allocation.ts";
import { badRequest } from "./domain/errors.ts";
import type { InventorySettings } from "./domain/inventory.ts";
import type { LedgerChange } from "./domain/ledger.ts";
import { placementMigrations } from "./index.ts";
import { inventoryInsert } from "./store/inventories.ts";
import { providerInsert } from "./store/providers.ts";
import {
  naiveChange,
  naiveReshape,
  naiveTry,
  naiveUsed,
  type NaiveReshape,
  type NaiveState,
} from "./testing/naive-ledger.ts";
import { createPictureKeeper } from "./picture/keeper.ts";
import { inventories, step, type Change, type Request, type Step } from "./testing/ledger-steps.ts";
import { nowMs } from "./testing/start.ts";

let database: Database;
let ctx: PlacementCtx;
beforeAll(async () => {
  database = await openTestDatabase(placementMigrations);
  const clock = { now: () => nowMs };
  const ledger = createLedger({ database, clock });
  const picture = createPictureKeeper(database);
  ctx = { deps: { database, clock, log: silentLogger, ledger, picture, randomizeCandidates: false } };
  await resourceClassCreate(ctx, "CUSTOM_GOLD");
});
afterAll(() => database.close());

class World {
  readonly providers = Array.from({ length: 4 }, newUuid);
  readonly consumers = Array.from({ length: 5 }, newUuid);
  readonly state: NaiveState = { consumers: {}, providers: {}, customClasses: ["CUSTOM_GOLD"] };

  request({ consumer, generation, project, type, resources: wanted }: Request): AllocationRequest {
    const consumerUuid = this.consumers[consumer] ?? "";
    const own = this.state.consumers[consumerUuid]?.generation ?? null;
    const generations = { own, unchecked: undefined, null: null, wrong: 77 };
    return {
      consumerUuid,
      projectId: project,
      userId: project,
      consumerGeneration: generations[generation as keyof typeof generations],
      consumerType: type,
      resources: Object.fromEntries(
        Object.entries(wanted).map(([index, each]) => [this.providers[Number(index)] ?? "", each]),
      ),
    };
  }

  change(each: Change): LedgerChange {
    if (each.kind === "erase") {
      return { kind: "erase", consumerUuid: this.consumers[each.consumer] ?? "", mustHold: each.mustHold };
    }
    if (each.kind === "claim") {
      return { kind: "claim", request: { ...this.request(each.request), consumerGeneration: undefined } };
    }
    const requests = each.kind === "put" ? [each.request] : each.requests;
    return {
      kind: "replace",
      requests: requests.map((one) => this.request(one)),
      unknownClass: badRequest,
    };
  }

  reshape(asked: Exclude<Step, readonly unknown[]>): NaiveReshape {
    return {
      providers: Object.entries(asked.providers).map(([index, wanted]) => {
        const uuid = this.providers[Number(index)] ?? "";
        return {
          uuid,
          generation: (this.state.providers[uuid]?.generation ?? 0) + asked.stale,
          settings: wanted,
        };
      }),
      requests: asked.requests.map((each) => this.request(each)),
    };
  }
}

async function worldMake(first: readonly Record<string, InventorySettings>[]): Promise<World> {
  const world = new World();
  await database.transaction(async (tx) => {
    for (const [index, inventory] of first.entries()) {
      const uuid = world.providers[index] ?? "";
      const provider = { uuid, name: uuid, generation: 0, parentUuid: undefined, rootUuid: uuid };
      await providerInsert(tx, { ...provider, createdAtMs: nowMs, updatedAtMs: nowMs });
      for (const [resourceClass, each] of Object.entries(inventory)) {
        await inventoryInsert(tx, { providerUuid: uuid, resourceClass }, each, nowMs);
      }
      world.state.providers[uuid] = { generation: 0, inventories: inventory };
    }
  });
  return world;
}

async function outcome(work: Promise<void>): Promise<string> {
  try {
    await work;
    return "done";
  } catch (error) {
    if (isCloudError(error)) return error.code;
    throw error;
  }
}

const byKey = (pairs: readonly (readonly [string, unknown])[]) =>
  Object.fromEntries(pairs.toSorted(([left], [right]) => (left < right ? -1 : 1)));

/** All that is stored of the world's consumers and providers. */
async function stored(world: World) {
  const { db } = database;
  const rows = {
    consumers: await db
      .selectFrom("placement_consumers")
      .selectAll()
      .where("uuid", "in", world.consumers)
      .execute(),
    allocations: await db
      .selectFrom("placement_allocations")
      .selectAll()
      .where("consumer_uuid", "in", world.consumers)
      .execute(),
    providers: await db
      .selectFrom("placement_providers")
      .selectAll()
      .where("uuid", "in", world.providers)
      .execute(),
    inventories: await db
      .selectFrom("placement_inventories")
      .selectAll()
      .where("provider_uuid", "in", world.providers)
      .execute(),
  };
  return {
    consumers: byKey(
      rows.consumers.map((row) => [row.uuid, [row.generation, row.project_id, row.consumer_type]]),
    ),
    allocations: byKey(
      rows.allocations.map((row) => [
        `${row.consumer_uuid} ${row.provider_uuid} ${row.resource_class}`,
        row.used,
      ]),
    ),
    generations: byKey(rows.providers.map((row) => [row.uuid, row.generation])),
    used: byKey(rows.inventories.map((row) => [`${row.provider_uuid} ${row.resource_class}`, row.used])),
  };
}

function expected({ state }: World) {
  const consumers = Object.entries(state.consumers);
  const providers = Object.entries(state.providers);
  return {
    consumers: byKey(
      consumers.map(([uuid, each]) => [uuid, [each.generation, each.project, each.type ?? null]]),
    ),
    allocations: byKey(
      consumers.flatMap(([consumer, each]) =>
        Object.entries(each.resources).flatMap(([uuid, held]) =>
          Object.entries(held).map(([name, used]) => [`${consumer} ${uuid} ${name}`, used] as const),
        ),
      ),
    ),
    generations: byKey(providers.map(([uuid, each]) => [uuid, each.generation])),
    used: byKey(
      providers.flatMap(([uuid, each]) =>
        Object.keys(each.inventories).map(
          (name) => [`${uuid} ${name}`, naiveUsed(state, uuid, name)] as const,
        ),
      ),
    ),
  };
}

test("batches of changes end as the same changes one after the other, by plain rules", async () => {
  const seen = new Map<string, number>();
  const first = fc.array(inventories, { minLength: 3, maxLength: 3 });
  const run = async (start: Record<string, InventorySettings>[], steps: Step[]) => {
    const world = await worldMake(start);
    for (const each of steps) {
      const wanted: string[] = [];
      const got: string[] = [];
      if (Array.isArray(each)) {
        const changes = each.map((one) => {
          const made = world.change(one);
          wanted.push(naiveTry(world.state, (state) => naiveChange(state, made)));
          return made;
        });
        got.push(...(await Promise.all(changes.map((made) => outcome(ctx.deps.ledger.change(made))))));
      } else {
        const made = world.reshape(each);
        wanted.push(naiveTry(world.state, (state) => naiveReshape(state, made)));
        got.push(await outcome(reshape(ctx, made)));
      }
      for (const result of wanted) seen.set(result, (seen.get(result) ?? 0) + 1);
      expect(got).toEqual(wanted);
      expect(await stored(world)).toEqual(expected(world));
    }
  };
  await fc.assert(fc.asyncProperty(first, fc.array(step, { minLength: 1, maxLength: 8 }), run), {
    numRuns: 60,
  });
  // Not all refused for the same reason: the sequences are about something.
  for (const result of ["done", "invalid", "conflict", "no-capacity", "not-found"]) {
    expect([result, (seen.get(result) ?? 0) > 10]).toEqual([result, true]);
  }
});
