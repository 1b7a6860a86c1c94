import type { LedgerChange } from "../domain/ledger.ts";
import type { AllocationRequest, ResourcesByProvider } from "../domain/allocation.ts";
import type { InventorySettings } from "../domain/inventory.ts";

/*
 * The rules of allocations once more, plainly: everything is looked at, sums are added up each time, and a change that
 * fails is forgotten with the copy that it was tried on.
 */

interface NaiveConsumer {
  generation: number;
  project: string;
  type: string | undefined;
  resources: ResourcesByProvider;
}

interface NaiveProvider {
  generation: number;
  inventories: Record<string, InventorySettings>;
}

export interface NaiveState {
  readonly consumers: Record<string, NaiveConsumer>;
  readonly providers: Record<string, NaiveProvider>;
  readonly customClasses: readonly string[];
}

export interface NaiveReshape {
  readonly providers: readonly {
    uuid: string;
    generation: number;
    settings: Record<string, InventorySettings>;
  }[];
  readonly requests: readonly AllocationRequest[];
}

export type NaiveResult = "done" | "invalid" | "conflict" | "no-capacity" | "not-found";

class Refused extends Error {
  readonly result: NaiveResult;
  constructor(result: NaiveResult) {
    super(result);
    this.result = result;
  }
}

/** Changes `state`, or leaves it as it is. */
export function naiveTry(state: NaiveState, run: (state: NaiveState) => void): NaiveResult {
  const copy = structuredClone(state);
  try {
    run(copy);
  } catch (error) {
    if (error instanceof Refused) return error.result;
    throw error;
  }
  for (const part of ["consumers", "providers"] as const) {
    for (const key of Object.keys(state[part])) delete state[part][key];
    Object.assign(state[part], copy[part]);
  }
  return "done";
}

export function naiveChange(state: NaiveState, change: LedgerChange): void {
  if (change.kind === "replace") return naiveReplace(state, change.requests);
  if (change.kind === "erase") {
    if (change.mustHold && !state.consumers[change.consumerUuid]) throw new Refused("not-found");
    delete state.consumers[change.consumerUuid];
    return undefined;
  }
  const held = state.consumers[change.request.consumerUuid];
  if (held && JSON.stringify(sorted(held.resources)) === JSON.stringify(sorted(change.request.resources)))
    return undefined;
  if (held) throw new Refused("conflict");
  if (Object.keys(change.request.resources).some((uuid) => !state.providers[uuid]))
    throw new Refused("no-capacity");
  return naiveReplace(state, [change.request]);
}

export function naiveReshape(state: NaiveState, { providers, requests }: NaiveReshape): void {
  for (const { uuid, generation } of providers) {
    const provider = state.providers[uuid];
    if (!provider) throw new Refused("invalid");
    if (provider.generation !== generation) throw new Refused("conflict");
  }
  for (const { uuid, settings } of providers) {
    const provider = state.providers[uuid];
    if (!provider || Object.keys(settings).length === 0) continue;
    if (!Object.keys(settings).every((name) => isClass(state, name))) throw new Refused("invalid");
    provider.inventories = { ...provider.inventories, ...settings };
    provider.generation += 1;
  }
  naiveReplace(state, requests);
  for (const { uuid, settings } of providers) {
    const provider = state.providers[uuid];
    if (!provider) continue;
    const gone = Object.keys(provider.inventories).filter((name) => !settings[name]);
    if (gone.some((name) => naiveUsed(state, uuid, name) > 0)) throw new Refused("conflict");
    provider.inventories = settings;
    provider.generation += 1;
  }
}

function naiveReplace(state: NaiveState, requests: readonly AllocationRequest[]): void {
  for (const { consumerUuid, consumerGeneration } of requests) {
    const generation = state.consumers[consumerUuid]?.generation ?? null;
    if (consumerGeneration !== undefined && consumerGeneration !== generation) throw new Refused("conflict");
  }
  const before = structuredClone(state);
  const changed = new Set<string>();
  for (const { consumerUuid, resources, projectId, consumerType } of requests) {
    const previous = state.consumers[consumerUuid];
    delete state.consumers[consumerUuid];
    if (Object.keys(resources).length === 0) {
      for (const uuid of Object.keys(previous?.resources ?? {})) changed.add(uuid);
      continue;
    }
    for (const uuid of Object.keys(resources)) changed.add(uuid);
    state.consumers[consumerUuid] = {
      generation: (previous?.generation ?? 0) + 1,
      project: projectId ?? "00000000-0000-0000-0000-000000000000",
      type: consumerType ?? previous?.type,
      resources,
    };
  }
  const wanted = requests.flatMap(({ resources }) =>
    Object.entries(resources).flatMap(([uuid, amounts]) =>
      Object.entries(amounts).map(([name, amount]) => ({ uuid, name, amount })),
    ),
  );
  if (wanted.some(({ uuid }) => !state.providers[uuid])) throw new Refused("invalid");
  if (wanted.some(({ name }) => !isClass(state, name))) throw new Refused("invalid");
  for (const { uuid, name, amount } of wanted) {
    const has = state.providers[uuid]?.inventories[name];
    if (!has || amount < has.minUnit || amount > has.maxUnit || amount % has.stepSize !== 0)
      throw new Refused("no-capacity");
    const used = naiveUsed(state, uuid, name);
    const room = (has.total - has.reserved) * has.allocationRatio;
    if (used > room && used > naiveUsed(before, uuid, name)) throw new Refused("no-capacity");
  }
  for (const uuid of changed) {
    const provider = state.providers[uuid];
    if (provider) provider.generation += 1;
  }
}

function isClass(state: NaiveState, name: string): boolean {
  return !name.startsWith("CUSTOM_") || state.customClasses.includes(name);
}

export function naiveUsed(state: NaiveState, uuid: string, name: string): number {
  return Object.values(state.consumers).reduce(
    (sum, { resources }) => sum + (resources[uuid]?.[name] ?? 0),
    0,
  );
}

/** With keys in one order. */
function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, each]) => [key, sorted(each)] as const);
  return Object.fromEntries(entries.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
