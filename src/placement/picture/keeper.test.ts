import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isPostgres, type Database } from "#db/index.ts";
import { databasePlace, openPlace, type DatabasePlace } from "#db/testing/index.ts";
import { sharingTrait } from "../domain/candidates.ts";
import { placementMigrations } from "../index.ts";
import { providerInsert } from "../store/providers.ts";
import { startPlacement, type TestPlacement } from "../testing/start.ts";
import { createPictureKeeper } from "./keeper.ts";
import type { Picture } from "./picture.ts";

const uuidOf = (index: number): string => `00000000-0000-4000-8000-00000000000${index}`;
const all = [0, 1, 2, 3, 4].map(uuidOf);

/** Everything that a question could see. */
function seen(picture: Picture): unknown {
  const { forest } = picture;
  const uuids = (slots: Iterable<number>): string[] => [...slots].map((slot) => picture.uuid(slot));
  return {
    roots: uuids(forest.order),
    hasTrees: forest.hasTrees,
    shared: [...picture.shared]
      .map(([root, sharers]) => `${picture.uuid(root)} ${uuids(sharers).sort().join(" ")}`)
      .sort(),
    providers: all.map((uuid) => {
      const slot = picture.slot(uuid);
      if (slot === undefined) return undefined;
      return {
        uuid,
        name: forest.name(slot),
        parent: picture.uuid(forest.parent(slot)),
        root: picture.uuid(forest.root(slot)),
        members: uuids(forest.members(slot) ?? []),
        changed: picture.changed(uuid),
        traits: picture.traits(slot).filter((trait) => picture.withTrait(trait)?.has(slot)),
        isSharer: picture.isSharer(slot),
        classes: picture.classes(slot).map((name) => {
          const column = picture.column(name);
          const fits = [1, 2, 3, 4, 6, 8].map((amount) => column?.fits(slot, amount));
          return [name, column?.summary(slot), fits];
        }),
        others: ["VCPU", "DISK_GB"].map((name) => picture.column(name)?.fits(slot, 1) ?? false),
        sets: ["agg", sharingTrait].map((name) => [
          picture.withTrait(name)?.has(slot) ?? false,
          picture.inAggregate(aggregateOf(name))?.has(slot) ?? false,
        ]),
      };
    }),
  };
}

const aggregateOf = (name: string): string =>
  name === "agg" ? "11111111-0000-4000-8000-000000000000" : "22222222-0000-4000-8000-000000000000";

let cloud: TestPlacement;

beforeAll(async () => {
  cloud = await startPlacement();
});
afterAll(() => cloud.close());

type Write = readonly [method: "POST" | "PUT" | "DELETE", path: string, body?: unknown];

/** Some are refused, as it comes: what matters is that picture and tables agree. */
const write: fc.Arbitrary<(generations: ReadonlyMap<string, number>) => Write> = fc
  .record({
    at: fc.constantFrom(...all),
    other: fc.constantFrom(...all, null),
    number: fc.integer({ min: 1, max: 4 }),
    resourceClass: fc.constantFrom("VCPU", "DISK_GB"),
    kind: fc.constantFrom(
      "make",
      "make",
      "delete",
      "stock",
      "no stock",
      "traits",
      "aggregates",
      "move",
      "claim",
      "release",
    ),
  })
  .map(({ at, other, number, resourceClass, kind }) => (generations) => {
    const provider = `/resource_providers/${at}`;
    const generation = { resource_provider_generation: generations.get(at) ?? 0 };
    switch (kind) {
      case "make":
        return [
          "POST",
          "/resource_providers",
          { uuid: at, name: `n${number}-${at}`, parent_provider_uuid: other },
        ];
      case "delete":
        return ["DELETE", provider];
      case "stock": {
        const inventories = { [resourceClass]: { total: 2 * number, max_unit: number } };
        return ["PUT", `${provider}/inventories`, { ...generation, inventories }];
      }
      case "no stock":
        return ["DELETE", `${provider}/inventories`];
      case "traits":
        return [
          "PUT",
          `${provider}/traits`,
          { ...generation, traits: number > 2 ? [sharingTrait] : ["HW_CPU_X86_VMX"] },
        ];
      case "aggregates":
        return [
          "PUT",
          `${provider}/aggregates`,
          { ...generation, aggregates: number > 1 ? [aggregateOf("agg")] : [] },
        ];
      case "move":
        return ["PUT", provider, { name: `m${number}-${at}`, parent_provider_uuid: other }];
      case "claim": {
        const allocations = { [at]: { resources: { [resourceClass]: number } } };
        const owner = { project_id: "p", user_id: "u", consumer_generation: null, consumer_type: "INSTANCE" };
        return ["PUT", `/allocations/${uuidOf(number + 4)}`, { ...owner, allocations }];
      }
      case "release":
        return ["DELETE", `/allocations/${uuidOf(number + 4)}`];
    }
  });

test("after any writes it is as one read anew", { timeout: 120_000 }, async () => {
  const keeper = createPictureKeeper(cloud.database);
  let accepted = 0;
  for (const uuid of all) await cloud.send("POST", "/resource_providers", { body: { uuid, name: uuid } });
  await fc.assert(
    fc.asyncProperty(fc.array(write, { minLength: 12, maxLength: 20 }), async (writes) => {
      for (const make of writes) {
        const rows = await cloud.database.db.selectFrom("placement_providers").selectAll().execute();
        const [method, path, body] = make(new Map(rows.map((row) => [row.uuid, row.generation])));
        const { status } = await cloud.send(method, path, body === undefined ? {} : { body });
        if (status < 300) accepted += 1;
        const fresh = await createPictureKeeper(cloud.database).current();
        expect(seen(await keeper.current()), `${method} ${path} ${JSON.stringify(body)}`).toEqual(
          seen(fresh),
        );
      }
    }),
    { numRuns: 5 },
  );
  // Not refusals alone: usually a third of them.
  expect(accepted).toBeGreaterThan(4);
});

/** The two databases of two control planes; on SQLite, where only one may be, the same twice. */
async function pairOpen(): Promise<{ place: DatabasePlace; first: Database; second: Database }> {
  const place = await databasePlace(placementMigrations);
  const first = await openPlace(place, placementMigrations);
  if (!isPostgres(first.db)) return { place, first, second: first };
  return {
    place,
    first,
    second: await openPlace(place, placementMigrations),
  };
}

function providerMake(database: Database, index: number, before = Promise.resolve()): Promise<void> {
  const uuid = uuidOf(index);
  const provider = {
    uuid,
    name: uuid,
    generation: 0,
    parentUuid: undefined,
    rootUuid: uuid,
    createdAtMs: 0,
    updatedAtMs: 0,
  };
  return database.transaction(async (tx) => {
    await providerInsert(tx, provider);
    await before;
  });
}

test("sees what another process committed, also out of the order in which transactions began", async () => {
  const { place, first, second } = await pairOpen();
  try {
    const keepers = [first, second].map(createPictureKeeper);
    const known = async (): Promise<string[][]> =>
      Promise.all(
        keepers.map(async (keeper) => {
          const picture = await keeper.current();
          return all.filter((uuid) => picture.slot(uuid) !== undefined);
        }),
      );
    expect(await known()).toEqual([[], []]);
    const gate = Promise.withResolvers<undefined>();
    const early = providerMake(first, 0, gate.promise);
    // SQLite lets nobody in before the first has committed.
    if (!isPostgres(first.db)) gate.resolve(undefined);
    await providerMake(second, 1);
    if (isPostgres(first.db)) {
      expect(await known()).toEqual([[uuidOf(1)], [uuidOf(1)]]);
      await providerMake(second, 2);
      expect(await known()).toEqual([all.slice(1, 3), all.slice(1, 3)]);
    }
    gate.resolve(undefined);
    await early;
    const expected = isPostgres(first.db) ? all.slice(0, 3) : all.slice(0, 2);
    expect(await known()).toEqual([expected, expected]);
  } finally {
    for (const database of new Set([first, second])) await database.close();
    await place.remove();
  }
});

test("a question sees every write that was answered before it, whatever else is being asked", async () => {
  const { place, first, second } = await pairOpen();
  try {
    const keeper = createPictureKeeper(first);
    const ask = async (index: number): Promise<void> => {
      const picture = await keeper.current();
      expect(picture.slot(uuidOf(index)), `provider ${index}`).toBeDefined();
    };
    const asked: Promise<unknown>[] = [];
    for (const index of [0, 1, 2, 3, 4]) {
      asked.push(keeper.current());
      await providerMake(index % 2 === 0 ? first : second, index);
      asked.push(ask(index), ask(index));
    }
    await Promise.all(asked);
  } finally {
    for (const database of new Set([first, second])) await database.close();
    await place.remove();
  }
});
