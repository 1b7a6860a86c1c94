import { CloudError } from "#base/errors.ts";
import { newUuid } from "#base/ids.ts";
import { atLeast } from "#http/index.ts";
import { flavorAccessDelete, flavorAccessProjects } from "../store/flavor-access.ts";
import { extraSpecValidate } from "../domain/extra-specs.ts";
import {
  flavorDelete,
  flavorFind,
  flavorFindByName,
  flavorInsert,
  flavorUpdate,
  type Flavor,
} from "../store/flavors.ts";
import type { ComputeCtx } from "./deps.ts";

const manageRule = "os_compute_api:os-flavor-manage:create";

/** Throws `not-found`; a flavor that is not public is seen by administrators and by the projects with access to it. */
export async function flavorFetch(ctx: ComputeCtx, id: string): Promise<Flavor> {
  const flavor = await flavorFind(ctx.deps.database.db, id);
  if (flavor && (flavor.isPublic || ctx.allows(manageRule))) return flavor;
  if (flavor && (await flavorAccessProjects(ctx.deps.database.db, id)).includes(ctx.caller.projectId ?? "")) {
    return flavor;
  }
  throw new CloudError("not-found", `Flavor ${id} could not be found.`);
}

/**
 * `isPublic` answers undefined for all. Administrators choose; others get the public ones and the private ones that their
 * project has access to, whatever they ask for, as in Nova.
 */
export async function flavorsVisible(
  ctx: ComputeCtx,
  isPublic: () => boolean | undefined,
): Promise<Flavor[]> {
  const { kept } = ctx.deps;
  const flavors = (await kept.flavors.get("all")) ?? [];
  if (ctx.allows(manageRule)) {
    const wanted = isPublic();
    return flavors.filter((flavor) => wanted === undefined || flavor.isPublic === wanted);
  }
  const granted = await kept.flavorAccess.get(ctx.caller.projectId ?? "");
  return flavors.filter((flavor) => flavor.isPublic || granted?.has(flavor.id));
}

export type FlavorInput = Omit<Flavor, "id" | "extraSpecs" | "createdAt"> & {
  readonly id: string | undefined;
};

export async function flavorCreate(ctx: ComputeCtx, input: FlavorInput): Promise<Flavor> {
  const id = input.id === undefined || input.id === "auto" ? newUuid() : input.id;
  const flavor: Flavor = { ...input, id, extraSpecs: {}, createdAt: ctx.clock.now() };
  return ctx.deps.database.transaction(async (tx) => {
    if (await flavorFindByName(tx, flavor.name)) {
      throw new CloudError("already-exists", `Flavor with name ${flavor.name} already exists.`);
    }
    if (await flavorFind(tx, id))
      throw new CloudError("already-exists", `Flavor with ID ${id} already exists.`);
    await flavorInsert(tx, flavor);
    return flavor;
  });
}

export async function flavorDescribe(
  ctx: ComputeCtx,
  id: string,
  description: string | null,
): Promise<Flavor> {
  const flavor = await flavorFetch(ctx, id);
  await ctx.deps.database.transaction((tx) => flavorUpdate(tx, id, { description }));
  return { ...flavor, description };
}

/** Servers keep what they were made of. */
export async function flavorRemove(ctx: ComputeCtx, id: string): Promise<void> {
  await flavorFetch(ctx, id);
  await ctx.deps.database.transaction(async (tx) => {
    await flavorAccessDelete(tx, id);
    await flavorDelete(tx, id);
  });
}

/** Adds to the extra specs; from 2.86 on they are validated, all before any is set. */
export async function flavorExtraSpecsSet(
  ctx: ComputeCtx,
  id: string,
  extraSpecs: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  if (atLeast(ctx, "2.86")) {
    for (const [name, value] of Object.entries(extraSpecs)) extraSpecValidate(name, value);
  }
  await flavorFetch(ctx, id);
  return ctx.deps.database.transaction(async (tx) => {
    const flavor = await flavorFind(tx, id);
    const merged = { ...flavor?.extraSpecs, ...extraSpecs };
    await flavorUpdate(tx, id, { extraSpecs: merged });
    return merged;
  });
}

export async function flavorExtraSpecFetch(ctx: ComputeCtx, id: string, name: string): Promise<string> {
  const { extraSpecs } = await flavorFetch(ctx, id);
  const value = Object.hasOwn(extraSpecs, name) ? extraSpecs[name] : undefined;
  if (value !== undefined) return value;
  throw new CloudError("not-found", `Flavor ${id} has no extra specs with key ${name}.`);
}

export async function flavorExtraSpecRemove(ctx: ComputeCtx, id: string, name: string): Promise<void> {
  await flavorExtraSpecFetch(ctx, id, name);
  await ctx.deps.database.transaction(async (tx) => {
    const flavor = await flavorFind(tx, id);
    const extraSpecs = Object.fromEntries(
      Object.entries(flavor?.extraSpecs ?? {}).filter(([key]) => key !== name),
    );
    await flavorUpdate(tx, id, { extraSpecs });
  });
}
