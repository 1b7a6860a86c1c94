import type { Database, Db } from "#db/index.ts";
import {
  changesRead,
  changesStart,
  membershipsRead,
  stocksRead,
  traitsRead,
  type ChangedProviderRow,
} from "../store/candidates.ts";
import { Picture, type ProviderState } from "./picture.ts";

/** Providers whose inventories, traits and aggregates are read at once. */
const portion = 1_000;

/** Keeps one picture true. */
export interface PictureKeeper {
  /** The picture, with everything that was committed before this call; to be used without awaiting anything. */
  current(): Promise<Picture>;
}

/**
 * The first question reads every provider, each later one what changed since. Questions share a refresh, but one that
 * comes while a refresh runs waits for the next: its own write may be newer than what is being read.
 */
export function createPictureKeeper(database: Database): PictureKeeper {
  const picture = new Picture();
  // The same object until a provider changes: every mark is in these tables.
  const stamps = database.kept<object>({
    dependsOn: ({ table }) => table === "placement_providers" || table === "placement_deleted_providers",
    load: () => Promise.resolve({}),
    limit: 1,
  });
  let position = changesStart;
  let stamp: object | undefined;
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  async function refresh(): Promise<void> {
    const read = await stamps.get("");
    if (read !== undefined && read === stamp) return;
    const changes = await changesRead(database.db, position);
    const present = new Set(changes.present.map((row) => row.uuid));
    const gone = changes.deleted.filter(
      ({ uuid, changed }) => !present.has(uuid) && changed > (picture.changed(uuid) ?? Infinity),
    );
    const news = changes.present.filter((row) => picture.changed(row.uuid) !== row.changed);
    const states = await statesRead(database.db, news);
    picture.apply(
      gone.map(({ uuid }) => uuid),
      states,
    );
    position = changes.position;
    stamp = read;
  }

  function start(): Promise<void> {
    next = undefined;
    return (running = refresh().finally(() => {
      // Otherwise `next` is about to begin, and nobody may begin before it.
      if (next === undefined) running = undefined;
    }));
  }

  return {
    async current() {
      if (running) await (next ??= running.then(start, start));
      else await start();
      return picture;
    },
  };
}

async function statesRead(db: Db, rows: readonly ChangedProviderRow[]): Promise<ProviderState[]> {
  const states: ProviderState[] = [];
  for (let from = 0; from < rows.length; from += portion) {
    const some = rows.slice(from, from + portion);
    const uuids = some.map((row) => row.uuid);
    const stocks = Map.groupBy(await stocksRead(db, uuids), (row) => row.provider_uuid);
    const traits = Map.groupBy(await traitsRead(db, uuids), (row) => row.provider_uuid);
    const memberships = Map.groupBy(await membershipsRead(db, uuids), (row) => row.provider_uuid);
    for (const row of some) {
      states.push({
        uuid: row.uuid,
        name: row.name,
        parentUuid: row.parent_uuid ?? undefined,
        rootUuid: row.root_uuid,
        changed: row.changed,
        inventories: (stocks.get(row.uuid) ?? []).map((stock) => ({
          providerUuid: stock.provider_uuid,
          resourceClass: stock.resource_class,
          total: stock.total,
          reserved: stock.reserved,
          minUnit: stock.min_unit,
          maxUnit: stock.max_unit,
          stepSize: stock.step_size,
          allocationRatio: stock.allocation_ratio,
          used: stock.used,
        })),
        traits: (traits.get(row.uuid) ?? []).map((each) => each.trait),
        aggregates: (memberships.get(row.uuid) ?? []).map((each) => each.aggregate_uuid),
      });
    }
  }
  return states;
}
