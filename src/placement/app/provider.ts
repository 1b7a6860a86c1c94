import { newUuid } from "#base/ids.ts";
import type { Db, Tx } from "#db/index.ts";
import type { PlacementCtx } from "../deps.ts";
import { badRequest, concurrentUpdate, conflict, notFound, placementCode } from "../domain/errors.ts";
import type { AggregateFilter, TraitFilter } from "../domain/filters.ts";
import { normalizeUuid } from "../domain/names.ts";
import { subtreeOf, type Provider } from "../domain/provider.ts";
import { providerHasAllocations } from "../store/allocations.ts";
import { providerListFiltered } from "../store/provider-filter.ts";
import {
  providerAdvance,
  providerDelete,
  providerFind,
  providerFindByName,
  providerHasChildren,
  providerInsert,
  providerListOfTrees,
  providerSetRoot,
  providerUpdate,
} from "../store/providers.ts";
import { resourceClassesCheck } from "./resource-class.ts";
import { traitsCheck } from "./trait.ts";

export async function providerFetch(db: Db, uuid: string): Promise<Provider> {
  const provider = await providerFind(db, normalizeUuid(uuid) ?? uuid);
  if (provider) return provider;
  throw notFound(`No resource provider with uuid ${uuid} found`);
}

/** The provider, when the caller's generation is still its own. */
export async function providerFetchAt(
  tx: Tx,
  uuid: string,
  generation: number,
  message: string,
): Promise<Provider> {
  const provider = await providerFetch(tx, uuid);
  if (provider.generation !== generation) throw concurrentUpdate(message);
  return provider;
}

/** Counts a change of what the provider has; the one that came first wins. */
export async function providerTouch(tx: Tx, provider: Provider, nowMs: number): Promise<Provider> {
  if (await providerAdvance(tx, provider, nowMs)) {
    return { ...provider, generation: provider.generation + 1, updatedAtMs: nowMs };
  }
  throw concurrentUpdate(
    "Another thread concurrently updated the resource provider data. Please retry your update",
  );
}

export function providerShow(ctx: PlacementCtx, uuid: string): Promise<Provider> {
  return providerFetch(ctx.deps.database.db, uuid);
}

export interface ProviderQuery {
  readonly name?: string | undefined;
  readonly uuid?: string | undefined;
  /** Any provider of the wanted tree. */
  readonly inTree?: string | undefined;
  readonly aggregates: AggregateFilter;
  readonly traits: TraitFilter;
  readonly resources: Readonly<Record<string, number>>;
}

export async function providerList(ctx: PlacementCtx, query: ProviderQuery): Promise<Provider[]> {
  const { db } = ctx.deps.database;
  await resourceClassesCheck(db, Object.keys(query.resources), (text) =>
    badRequest(`Invalid resource class in resources parameter: ${text}`),
  );
  await traitsCheck(db, [...query.traits.required.flat(), ...query.traits.forbidden], (text) =>
    badRequest(`Invalid trait(s) in "required" parameter: ${text}`),
  );
  const { inTree, ...filter } = query;
  if (inTree === undefined) return providerListFiltered(db, filter);
  const member = await providerFind(db, inTree);
  return member ? providerListFiltered(db, { ...filter, rootUuid: member.rootUuid }) : [];
}

export interface ProviderInput {
  readonly name: string;
  readonly uuid?: string | undefined;
  readonly parentUuid?: string | undefined;
}

export async function providerCreate(ctx: PlacementCtx, input: ProviderInput): Promise<Provider> {
  const nowMs = ctx.deps.clock.now();
  const uuid = (input.uuid === undefined ? undefined : normalizeUuid(input.uuid)) ?? newUuid();
  return ctx.deps.database.transaction(async (tx) => {
    await checkUnique(tx, { uuid, name: input.name });
    const failed = (reason: string) =>
      badRequest(
        `Unable to create resource provider "${input.name}", ${uuid}: Object action create failed because: ${reason}`,
      );
    const parentUuid = input.parentUuid === undefined ? undefined : normalizeUuid(input.parentUuid);
    if (parentUuid === uuid) {
      throw failed(
        "parent provider UUID cannot be same as UUID. Please set parent provider UUID to None if there is no parent.",
      );
    }
    const parent = parentUuid === undefined ? undefined : await providerFind(tx, parentUuid);
    if (parentUuid !== undefined && !parent) throw failed("parent provider UUID does not exist.");
    const provider: Provider = {
      uuid,
      name: input.name,
      generation: 0,
      parentUuid,
      rootUuid: parent?.rootUuid ?? uuid,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
    };
    await providerInsert(tx, provider);
    return provider;
  });
}

async function checkUnique(tx: Tx, { uuid, name }: { uuid: string; name: string }): Promise<void> {
  const duplicates = [
    ...((await providerFind(tx, uuid)) ? [`uuid: ${uuid}`] : []),
    ...((await providerFindByName(tx, name)) ? [`name: ${name}`] : []),
  ];
  if (duplicates.length === 0) return;
  throw conflict(
    `Conflicting resource provider ${duplicates.join(", ")} already exists.`,
    placementCode.duplicateName,
  );
}

export interface ProviderChange {
  readonly name: string;
  /** Undefined: stays; null: becomes a root. */
  readonly parentUuid: string | null | undefined;
  /** Since 1.37 a provider may leave its tree. */
  readonly mayMove: boolean;
}

export async function providerSave(
  ctx: PlacementCtx,
  uuid: string,
  change: ProviderChange,
): Promise<Provider> {
  const nowMs = ctx.deps.clock.now();
  return ctx.deps.database.transaction(async (tx) => {
    const provider = await providerFetch(tx, uuid);
    const other = await providerFindByName(tx, change.name);
    if (other && other.uuid !== provider.uuid) {
      throw conflict(
        `Conflicting resource provider ${change.name} already exists.`,
        placementCode.duplicateName,
      );
    }
    const place = await placeOf(tx, provider, change);
    await providerUpdate(tx, provider.uuid, { name: change.name, parentUuid: place.parentUuid, nowMs });
    if (place.rootUuid !== provider.rootUuid) {
      const tree = await providerListOfTrees(tx, [provider.rootUuid]);
      await providerSetRoot(tx, [...subtreeOf(provider.uuid, tree)], place.rootUuid);
    }
    return { ...provider, ...place, name: change.name, updatedAtMs: nowMs };
  });
}

/** Where the provider will stand; the words are those of ResourceProvider._update_in_db. */
async function placeOf(
  tx: Tx,
  provider: Provider,
  change: ProviderChange,
): Promise<Pick<Provider, "parentUuid" | "rootUuid">> {
  const failed = (action: string, reason: string) =>
    badRequest(
      `Unable to save resource provider ${provider.uuid}: Object action ${action} failed because: ${reason}`,
    );
  if (change.parentUuid === undefined)
    return { parentUuid: provider.parentUuid, rootUuid: provider.rootUuid };
  if (change.parentUuid === null) {
    if (provider.parentUuid !== undefined && !change.mayMove) {
      throw failed("update", "un-parenting a provider is not currently allowed.");
    }
    return { parentUuid: undefined, rootUuid: provider.uuid };
  }
  const parentUuid = normalizeUuid(change.parentUuid) ?? change.parentUuid;
  const parent = await providerFind(tx, parentUuid);
  if (!parent) throw failed("create", "parent provider UUID does not exist.");
  if (provider.parentUuid !== undefined && provider.parentUuid !== parentUuid && !change.mayMove) {
    throw failed("update", "re-parenting a provider is not currently allowed.");
  }
  const tree = await providerListOfTrees(tx, [provider.rootUuid]);
  if (subtreeOf(provider.uuid, tree).has(parentUuid)) {
    throw failed("update", "creating loop in the provider tree is not allowed.");
  }
  return { parentUuid, rootUuid: parent.rootUuid };
}

export async function providerDestroy(ctx: PlacementCtx, uuid: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    const provider = await providerFind(tx, normalizeUuid(uuid) ?? uuid);
    if (!provider) throw notFound(`No resource provider with uuid ${uuid} found for delete`);
    await providerErase(tx, provider.uuid);
  });
}

export async function providerErase(tx: Tx, uuid: string): Promise<void> {
  if (await providerHasChildren(tx, uuid)) {
    throw conflict(
      `Unable to delete parent resource provider ${uuid}: It has child resource providers.`,
      placementCode.cannotDeleteParent,
    );
  }
  if (await providerHasAllocations(tx, uuid)) {
    throw conflict(
      `Unable to delete resource provider ${uuid}: Resource provider has allocations.`,
      placementCode.providerInUse,
    );
  }
  await providerDelete(tx, uuid);
}
