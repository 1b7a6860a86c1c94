import type { Clock } from "#base/clock.ts";
import { isCloudError } from "#base/errors.ts";
import type { Database, Tx } from "#db/index.ts";
import type { Allocation, Consumer } from "../domain/allocation.ts";
import type { Inventory } from "../domain/inventory.ts";
import { ledgerDecide, type LedgerChange, type LedgerEffect, type LedgerState } from "../domain/ledger.ts";
import { isStandardResourceClass } from "../domain/names.ts";
import { providersMark } from "../store/changed.ts";
import {
  ledgerAllocationsDelete,
  ledgerAllocationsInsert,
  ledgerClasses,
  ledgerConsumersDelete,
  ledgerConsumersWrite,
  ledgerGenerationsWrite,
  ledgerHolders,
  ledgerLock,
  ledgerProviders,
  ledgerUsedWrite,
} from "../store/ledger.ts";
import { inSequence } from "../store/statement.ts";
import { createBatcher, type Outcome } from "./batcher.ts";

/** Changes in one transaction at most. */
const batchLimit = 128;

/** The one way by which allocations change. */
export interface Ledger {
  /** Settles when it is committed; throws why it may not be. */
  change(change: LedgerChange): Promise<void>;
}

/** Changes that come in while others are written are written together: one transaction, one commit for many. */
export function createLedger({ database, clock }: { database: Database; clock: Clock }): Ledger {
  const batcher = createBatcher<LedgerChange>({
    limit: batchLimit,
    gatherMs: 1,
    run: (changes) => database.transaction((tx) => ledgerApply(tx, changes, clock.now())),
  });
  return { change: (change) => batcher.add(change) };
}

/**
 * The changes one after the other, each seeing what the ones before took; one that may not be says why and changes
 * nothing. Rows are read once for all, and written once.
 */
export async function ledgerApply(
  tx: Tx,
  changes: readonly LedgerChange[],
  nowMs: number,
): Promise<Outcome[]> {
  const before = await ledgerRead(tx, changes);
  const now: Mutable = {
    ...before,
    consumers: new Map(before.consumers),
    allocations: new Map(before.allocations),
    generations: new Map(before.generations),
    inventories: new Map([...before.inventories].map(([uuid, byClass]) => [uuid, new Map(byClass)])),
  };
  const written = { holders: new Set<string>(), inventories: new Map<string, Inventory>() };
  const outcomes = changes.map((change): Outcome => {
    try {
      advance(now, written, ledgerDecide(now, change, nowMs));
      return {};
    } catch (error) {
      if (!isCloudError(error)) throw error;
      return { error };
    }
  });
  await ledgerWrite(tx, { before, now, written, nowMs });
  return outcomes;
}

interface Mutable extends LedgerState {
  readonly consumers: Map<string, Consumer>;
  readonly allocations: Map<string, readonly Allocation[]>;
  readonly generations: Map<string, number>;
  readonly inventories: Map<string, Map<string, Inventory>>;
}

interface Written {
  /** Consumers. */
  readonly holders: Set<string>;
  readonly inventories: Map<string, Inventory>;
}

function advance(now: Mutable, written: Written, effect: LedgerEffect): void {
  for (const [uuid, { consumer, allocations }] of effect.holders) {
    written.holders.add(uuid);
    now.allocations.set(uuid, allocations);
    if (consumer) now.consumers.set(uuid, consumer);
    else now.consumers.delete(uuid);
  }
  for (const [inventory, used] of effect.used) {
    const next = { ...inventory, used };
    written.inventories.set(`${inventory.providerUuid} ${inventory.resourceClass}`, next);
    now.inventories.get(inventory.providerUuid)?.set(inventory.resourceClass, next);
  }
  for (const uuid of effect.touched) now.generations.set(uuid, (now.generations.get(uuid) ?? 0) + 1);
}

async function ledgerRead(tx: Tx, changes: readonly LedgerChange[]): Promise<LedgerState> {
  const consumerUuids = new Set<string>();
  const providerUuids = new Set<string>();
  const classes = new Set<string>();
  for (const change of changes) {
    if (change.kind === "erase") consumerUuids.add(change.consumerUuid);
    else {
      for (const request of change.kind === "claim" ? [change.request] : change.requests) {
        consumerUuids.add(request.consumerUuid);
        for (const [uuid, resources] of Object.entries(request.resources)) {
          providerUuids.add(uuid);
          for (const name of Object.keys(resources)) if (!isStandardResourceClass(name)) classes.add(name);
        }
      }
    }
  }
  const [, { consumers, allocations }, asked, customClasses] = await inSequence(tx, [
    () => ledgerLock(tx),
    () => ledgerHolders(tx, consumerUuids),
    () => ledgerProviders(tx, providerUuids),
    () => ledgerClasses(tx, classes),
  ]);
  const held = [...allocations.values()].flat().map((each) => each.providerUuid);
  const others = await ledgerProviders(tx, new Set(held.filter((uuid) => !providerUuids.has(uuid))));
  return {
    consumers,
    allocations,
    generations: new Map([...asked.generations, ...others.generations]),
    inventories: new Map([...asked.inventories, ...others.inventories]),
    customClasses,
  };
}

async function ledgerWrite(
  tx: Tx,
  at: { before: LedgerState; now: LedgerState; written: Written; nowMs: number },
): Promise<void> {
  const { before, now, written, nowMs } = at;
  const holders = [...written.holders];
  const consumers = holders.flatMap((uuid) => now.consumers.get(uuid) ?? []);
  const allocations = holders.flatMap((uuid) => now.allocations.get(uuid) ?? []);
  const freed = holders.filter((uuid) => before.allocations.has(uuid));
  const gone = holders.filter((uuid) => before.consumers.has(uuid) && !now.consumers.has(uuid));
  const inventories = [...written.inventories.values()];
  const touched = new Map(
    [...now.generations].filter(([uuid, generation]) => before.generations.get(uuid) !== generation),
  );
  const marked = new Set(inventories.map((each) => each.providerUuid).filter((uuid) => !touched.has(uuid)));
  await inSequence(tx, [
    () => ledgerAllocationsDelete(tx, freed),
    () => ledgerConsumersWrite(tx, consumers),
    () => ledgerAllocationsInsert(tx, allocations),
    () => ledgerConsumersDelete(tx, gone),
    () => ledgerUsedWrite(tx, inventories),
    () => ledgerGenerationsWrite(tx, touched, nowMs),
    () => providersMark(tx, [...marked]),
  ]);
}
