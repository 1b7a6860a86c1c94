import { CloudError } from "#base/errors.ts";
import type { Allocation, AllocationRequest, Consumer } from "./allocation.ts";
import { badRequest, concurrentUpdate, notFound } from "./errors.ts";
import { amountAllowed, capacityOf, type Inventory } from "./inventory.ts";
import { isStandardResourceClass } from "./names.ts";

/** One wish to change who holds what. Each takes effect as a whole or not at all. */
export type LedgerChange =
  | {
      readonly kind: "replace";
      /** Of different consumers. */
      readonly requests: readonly AllocationRequest[];
      /** How this request speaks of a resource class that does not exist. */
      readonly unknownClass: (text: string) => CloudError;
    }
  /** Takes once: a consumer that holds just this already is left as it is. */
  | { readonly kind: "claim"; readonly request: AllocationRequest }
  /** Gives up everything, which is no new generation of the providers (`delete_all`). */
  | { readonly kind: "erase"; readonly consumerUuid: string; readonly mustHold: boolean };

/** Of the rows that some changes touch. */
export interface LedgerState {
  readonly consumers: ReadonlyMap<string, Consumer>;
  /** By consumer, in the order in which they were asked for. */
  readonly allocations: ReadonlyMap<string, readonly Allocation[]>;
  /** Generations by provider. */
  readonly generations: ReadonlyMap<string, number>;
  /** Provider → resource class → inventory. */
  readonly inventories: ReadonlyMap<string, ReadonlyMap<string, Inventory>>;
  /** Those that stand in no inventory here. */
  readonly customClasses: ReadonlySet<string>;
}

/** What a change makes of the state; absent: as before. */
export interface LedgerEffect {
  readonly holders: ReadonlyMap<string, Holder>;
  readonly used: ReadonlyMap<Inventory, number>;
  /** Providers of which this is a new generation. */
  readonly touched: ReadonlySet<string>;
}

/** Without a consumer: it holds nothing any more, and so is no more. */
export interface Holder {
  readonly consumer: Consumer | undefined;
  readonly allocations: readonly Allocation[];
}

/** Placement's own stand-in for requests below 1.8, which name nobody. */
const incompleteOwner = "00000000-0000-0000-0000-000000000000";
const nobody: Holder = { consumer: undefined, allocations: [] };
const nothing: LedgerEffect = { holders: new Map(), used: new Map(), touched: new Set() };

/** Throws the error that the change alone gets. The state stays as it is. */
export function ledgerDecide(state: LedgerState, change: LedgerChange, nowMs: number): LedgerEffect {
  if (change.kind === "replace") return replace(state, change, nowMs);
  if (change.kind === "claim") return claimOnce(state, change.request, nowMs);
  const held = heldBy(state, change.consumerUuid);
  if (held.length > 0) {
    const used = new Map<Inventory, number>();
    for (const each of held) take(state, used, each, -each.used);
    return { holders: new Map([[change.consumerUuid, nobody]]), used, touched: new Set() };
  }
  if (!change.mustHold) return nothing;
  throw notFound(`No allocations for consumer '${change.consumerUuid}'`);
}

/** `placement.objects.allocation.replace_all`, with what its handlers check before. */
function replace(
  state: LedgerState,
  { requests, unknownClass }: LedgerChange & { readonly kind: "replace" },
  nowMs: number,
): LedgerEffect {
  for (const request of requests) checkGeneration(request, state.consumers.get(request.consumerUuid));
  const holders = new Map(requests.map((each) => [each.consumerUuid, holderOf(state, each, nowMs)]));
  const wanted = [...holders.values()].flatMap((each) => each.allocations);
  const touched = new Set<string>();
  for (const { providerUuid } of wanted) {
    if (!state.generations.has(providerUuid)) {
      throw badRequest(`Allocation for resource provider '${providerUuid}' that does not exist.`);
    }
    touched.add(providerUuid);
  }
  for (const { resourceClass, providerUuid } of wanted) {
    if (classExists(state, providerUuid, resourceClass)) continue;
    throw unknownClass(`No such resource class ${resourceClass}.`);
  }
  checkInventories(state, wanted);
  const used = new Map<Inventory, number>();
  for (const [consumerUuid, { allocations }] of holders) {
    for (const each of heldBy(state, consumerUuid)) {
      take(state, used, each, -each.used);
      if (allocations.length === 0) touched.add(each.providerUuid);
    }
  }
  for (const each of wanted) checkClaim(each, ...take(state, used, each, each.used));
  return { holders, used, touched };
}

function checkGeneration(request: AllocationRequest, consumer: Consumer | undefined): void {
  const asked = request.consumerGeneration;
  if (asked === undefined || asked === (consumer?.generation ?? null)) return;
  throw concurrentUpdate(
    `consumer generation conflict - expected ${consumer?.generation ?? "null"} but got ${asked ?? "None"}`,
  );
}

function holderOf(state: LedgerState, request: AllocationRequest, nowMs: number): Holder {
  const { consumerUuid } = request;
  const allocations: Allocation[] = [];
  for (const [providerUuid, resources] of Object.entries(request.resources)) {
    for (const [resourceClass, used] of Object.entries(resources)) {
      allocations.push({ consumerUuid, providerUuid, resourceClass, used, createdAtMs: nowMs });
    }
  }
  if (allocations.length === 0) return nobody;
  const previous = state.consumers.get(consumerUuid);
  const consumer: Consumer = {
    uuid: consumerUuid,
    projectId: request.projectId ?? incompleteOwner,
    userId: request.userId ?? incompleteOwner,
    consumerType: request.consumerType ?? previous?.consumerType,
    generation: (previous?.generation ?? 0) + 1,
    createdAtMs: previous?.createdAtMs ?? nowMs,
    updatedAtMs: nowMs,
  };
  return { consumer, allocations };
}

function heldBy(state: LedgerState, consumerUuid: string): readonly Allocation[] {
  return state.allocations.get(consumerUuid) ?? [];
}

/** A class that an inventory has exists. */
function classExists(state: LedgerState, providerUuid: string, name: string): boolean {
  if (isStandardResourceClass(name) || state.customClasses.has(name)) return true;
  return state.inventories.get(providerUuid)?.has(name) ?? false;
}

/** A provider without any of the classes of the whole request is named before amounts are looked at. */
function checkInventories(state: LedgerState, wanted: readonly Allocation[]): void {
  const classes = new Set(wanted.map((each) => each.resourceClass));
  const missing = new Set<string>();
  for (const { providerUuid } of wanted) {
    const inventories = state.inventories.get(providerUuid);
    if (!inventories || ![...classes].some((name) => inventories.has(name))) missing.add(providerUuid);
  }
  if (missing.size > 0) throw noInventory([...classes].join(", "), [...missing].join(", "));
}

/** The inventory, and how much of it is then taken. */
function take(
  state: LedgerState,
  used: Map<Inventory, number>,
  at: Allocation,
  amount: number,
): readonly [Inventory, number] {
  const inventory = state.inventories.get(at.providerUuid)?.get(at.resourceClass);
  if (!inventory) throw noInventory(at.resourceClass, at.providerUuid);
  const then = (used.get(inventory) ?? inventory.used) + amount;
  used.set(inventory, then);
  return [inventory, then];
}

function noInventory(classes: string, providers: string): CloudError {
  return new CloudError(
    "no-capacity",
    `Unable to allocate inventory: Inventory for '${classes}' on resource provider '${providers}' invalid.`,
  );
}

/** `usedThen`: with this claim. Over capacity is still allowed when it makes less of an earlier excess. */
function checkClaim(wanted: Allocation, inventory: Inventory, usedThen: number): void {
  const failed = (why: string) =>
    new CloudError(
      "no-capacity",
      `Unable to allocate inventory: Unable to create allocation for '${wanted.resourceClass}' on resource ` +
        `provider '${wanted.providerUuid}'. The requested amount would ${why}.`,
    );
  if (!amountAllowed(inventory, wanted.used)) throw failed("violate inventory constraints");
  if (usedThen > capacityOf(inventory) && usedThen > inventory.used) throw failed("exceed the capacity");
}

function claimOnce(state: LedgerState, request: AllocationRequest, nowMs: number): LedgerEffect {
  const held = heldBy(state, request.consumerUuid);
  if (held.length === 0) {
    for (const providerUuid of Object.keys(request.resources)) {
      if (state.generations.has(providerUuid)) continue;
      throw new CloudError(
        "no-capacity",
        `Resource provider ${providerUuid} no longer exists; choose another candidate.`,
      );
    }
    return replace(state, { kind: "replace", requests: [request], unknownClass: badRequest }, nowMs);
  }
  if (isHeldAlready(held, request)) return nothing;
  throw new CloudError(
    "conflict",
    `Consumer ${request.consumerUuid} already holds other allocations (on ${held[0]?.providerUuid ?? ""}); ` +
      "release them before claiming again.",
  );
}

function isHeldAlready(held: readonly Allocation[], { resources }: AllocationRequest): boolean {
  const asked = Object.values(resources).reduce((count, each) => count + Object.keys(each).length, 0);
  return (
    held.length === asked &&
    held.every((each) => resources[each.providerUuid]?.[each.resourceClass] === each.used)
  );
}
