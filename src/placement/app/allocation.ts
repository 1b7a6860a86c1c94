import { isCloudError } from "#base/errors.ts";
import type { Tx } from "#db/index.ts";
import type { PlacementCtx } from "../deps.ts";
import type { Allocation, AllocationRequest, Consumer } from "../domain/allocation.ts";
import { badRequest, concurrentUpdate, notFound } from "../domain/errors.ts";
import type { Provider } from "../domain/provider.ts";
import {
  allocationDeleteOf,
  allocationInsertAll,
  allocationList,
  allocationListOfProvider,
} from "../store/allocations.ts";
import { consumerDelete, consumerInsert, consumerList, consumerUpdate } from "../store/consumers.ts";
import { providerFind } from "../store/providers.ts";
import { ledgerOf } from "./ledger.ts";
import { providerFetch, providerTouch } from "./provider.ts";
import { resourceClassesCheck } from "./resource-class.ts";
import { raced, withRetry } from "./retry.ts";

/** Placement's own stand-in for requests below 1.8, which name nobody. */
const incompleteOwner = "00000000-0000-0000-0000-000000000000";

export interface ConsumerAllocations {
  readonly consumer: Consumer | undefined;
  readonly allocations: readonly Allocation[];
  readonly providers: ReadonlyMap<string, Provider>;
}

export async function allocationsShow(ctx: PlacementCtx, consumerUuid: string): Promise<ConsumerAllocations> {
  const { db } = ctx.deps.database;
  const allocations = await allocationList(db, [consumerUuid]);
  const [consumer] = await consumerList(db, [consumerUuid]);
  const providers = new Map<string, Provider>();
  for (const uuid of new Set(allocations.map((each) => each.providerUuid))) {
    const provider = await providerFind(db, uuid);
    if (provider) providers.set(uuid, provider);
  }
  return { consumer, allocations, providers };
}

export interface ProviderAllocations {
  readonly provider: Provider;
  readonly allocations: readonly Allocation[];
  readonly consumers: ReadonlyMap<string, Consumer>;
}

export async function allocationsOfProvider(ctx: PlacementCtx, uuid: string): Promise<ProviderAllocations> {
  const { db } = ctx.deps.database;
  const provider = await providerFetch(db, uuid);
  const allocations = await allocationListOfProvider(db, provider.uuid);
  const consumers = await consumerList(db, [...new Set(allocations.map((each) => each.consumerUuid))]);
  return { provider, allocations, consumers: new Map(consumers.map((each) => [each.uuid, each])) };
}

/** All requests take effect together, or none does. */
export async function allocationsReplace(
  ctx: PlacementCtx,
  requests: readonly AllocationRequest[],
): Promise<void> {
  const nowMs = ctx.deps.clock.now();
  await withRetry(() => ctx.deps.database.transaction((tx) => allocationsWrite(tx, requests, nowMs)));
}

/** Throws `not-found` when the consumer has none. Does not count as a change of the providers (delete_all). */
export async function allocationsDelete(ctx: PlacementCtx, consumerUuid: string): Promise<void> {
  await withRetry(() =>
    ctx.deps.database.transaction(async (tx) => {
      const previous = await allocationList(tx, [consumerUuid]);
      if (previous.length === 0) throw notFound(`No allocations for consumer '${consumerUuid}'`);
      await allocationsErase(tx, consumerUuid, previous);
    }),
  );
}

export async function allocationsErase(
  tx: Tx,
  consumerUuid: string,
  previous: readonly Allocation[],
): Promise<void> {
  const ledger = await ledgerOf(tx, previous);
  for (const each of previous) ledger.take(each, -each.used);
  await ledger.write(tx);
  await allocationDeleteOf(tx, [consumerUuid]);
  await consumerDelete(tx, [consumerUuid]);
}

/** `placement.objects.allocation.replace_all`, in one transaction with the consumers' own changes. */
export async function allocationsWrite(
  tx: Tx,
  requests: readonly AllocationRequest[],
  nowMs: number,
): Promise<void> {
  const uuids = requests.map((request) => request.consumerUuid);
  const consumers = new Map((await consumerList(tx, uuids)).map((each) => [each.uuid, each]));
  for (const request of requests) checkConsumerGeneration(request, consumers.get(request.consumerUuid));
  const previous = await allocationList(tx, uuids);
  const wanted = requests.flatMap((request) => allocationsOf(request, nowMs));
  const providers = await providersOf(tx, wanted);
  await resourceClassesCheck(tx, [...new Set(wanted.map((each) => each.resourceClass))], (text) =>
    badRequest(`Unable to allocate inventory for consumer ${uuids.join(", ")}: ${text}`),
  );
  const ledger = await ledgerOf(tx, [...previous, ...wanted]);
  for (const each of previous) ledger.take(each, -each.used);
  for (const each of wanted) ledger.claim(each);
  await allocationDeleteOf(tx, uuids);
  await ledger.write(tx);
  await touchProviders(tx, { requests, previous, providers, nowMs });
  await writeConsumers(tx, requests, consumers, nowMs);
  await allocationInsertAll(tx, wanted);
}

function checkConsumerGeneration(request: AllocationRequest, consumer: Consumer | undefined): void {
  const asked = request.consumerGeneration;
  if (asked === undefined || asked === (consumer?.generation ?? null)) return;
  throw concurrentUpdate(
    `consumer generation conflict - expected ${consumer?.generation ?? "null"} but got ${asked ?? "None"}`,
  );
}

function allocationsOf(request: AllocationRequest, nowMs: number): Allocation[] {
  return Object.entries(request.resources).flatMap(([providerUuid, resources]) =>
    Object.entries(resources).map(([resourceClass, used]) => ({
      consumerUuid: request.consumerUuid,
      providerUuid,
      resourceClass,
      used,
      createdAtMs: nowMs,
    })),
  );
}

async function providersOf(tx: Tx, wanted: readonly Allocation[]): Promise<Map<string, Provider>> {
  const providers = new Map<string, Provider>();
  for (const uuid of new Set(wanted.map((each) => each.providerUuid))) {
    const provider = await providerFind(tx, uuid);
    if (!provider) throw badRequest(`Allocation for resource provider '${uuid}' that does not exist.`);
    providers.set(uuid, provider);
  }
  return providers;
}

/** New generation for each provider that is claimed from, or that a consumer gave up without another claim. */
async function touchProviders(
  tx: Tx,
  at: {
    requests: readonly AllocationRequest[];
    previous: readonly Allocation[];
    providers: Map<string, Provider>;
    nowMs: number;
  },
): Promise<void> {
  for (const request of at.requests) {
    if (Object.keys(request.resources).length > 0) continue;
    for (const { consumerUuid, providerUuid } of at.previous) {
      if (consumerUuid !== request.consumerUuid || at.providers.has(providerUuid)) continue;
      at.providers.set(providerUuid, await providerFetch(tx, providerUuid));
    }
  }
  for (const uuid of [...at.providers.keys()].sort()) {
    const provider = at.providers.get(uuid);
    if (!provider) continue;
    try {
      await providerTouch(tx, provider, at.nowMs);
    } catch (error) {
      throw isCloudError(error, "conflict") ? raced() : error;
    }
  }
}

async function writeConsumers(
  tx: Tx,
  requests: readonly AllocationRequest[],
  consumers: ReadonlyMap<string, Consumer>,
  nowMs: number,
): Promise<void> {
  for (const request of requests) {
    const previous = consumers.get(request.consumerUuid);
    if (Object.keys(request.resources).length === 0) {
      await consumerDelete(tx, [request.consumerUuid]);
      continue;
    }
    const next: Consumer = {
      uuid: request.consumerUuid,
      projectId: request.projectId ?? incompleteOwner,
      userId: request.userId ?? incompleteOwner,
      consumerType: request.consumerType ?? previous?.consumerType,
      generation: (previous?.generation ?? 0) + 1,
      createdAtMs: previous?.createdAtMs ?? nowMs,
      updatedAtMs: nowMs,
    };
    if (!previous) await consumerInsert(tx, next);
    else if (!(await consumerUpdate(tx, previous, next))) throw raced();
  }
}
