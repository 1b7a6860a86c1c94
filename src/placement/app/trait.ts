import type { CloudError } from "#base/errors.ts";
import type { Db, Tx } from "#db/index.ts";
import type { PlacementCtx } from "../deps.ts";
import { badRequest, conflict, notFound } from "../domain/errors.ts";
import { isCustomName, isStandardTrait } from "../domain/names.ts";
import { standardTraits } from "../domain/standard-traits.ts";
import { customNameDelete, customNameFind, customNameInsert, customNameList } from "../store/custom-names.ts";
import { providerTraitListOf, traitListAssociated } from "../store/provider-traits.ts";

export interface Trait {
  readonly name: string;
  /** Undefined: a standard trait, which was always there. */
  readonly createdAtMs: number | undefined;
}

async function traitFind(db: Db, name: string): Promise<Trait | undefined> {
  if (isStandardTrait(name)) return { name, createdAtMs: undefined };
  const row = await customNameFind(db, "placement_traits", name);
  return row && { name, createdAtMs: row.created_at };
}

async function traitFetch(db: Db, name: string): Promise<Trait> {
  const trait = await traitFind(db, name);
  if (trait) return trait;
  throw notFound(`No such trait(s): ${name}.`);
}

export async function traitsMissing(db: Db, names: readonly string[]): Promise<string[]> {
  const missing: string[] = [];
  for (const name of new Set(names)) if (!(await traitFind(db, name))) missing.push(name);
  return missing;
}

/** Throws `wrap("No such trait(s): X, Y.")` when some do not exist. */
export async function traitsCheck(
  db: Db,
  names: readonly string[],
  wrap: (text: string) => CloudError,
): Promise<void> {
  const missing = await traitsMissing(db, names);
  if (missing.length > 0) throw wrap(`No such trait(s): ${missing.sort().join(", ")}.`);
}

export function traitShow(ctx: PlacementCtx, name: string): Promise<Trait> {
  return traitFetch(ctx.deps.database.db, name);
}

export interface TraitQuery {
  readonly names?: readonly string[] | undefined;
  readonly prefix?: string | undefined;
  /** Whether some provider has it. */
  readonly associated?: boolean | undefined;
}

export async function traitList(ctx: PlacementCtx, query: TraitQuery): Promise<Trait[]> {
  const { db } = ctx.deps.database;
  const custom = await customNameList(db, "placement_traits");
  const associated = query.associated === undefined ? undefined : await traitListAssociated(db);
  return [
    ...standardTraits.map((name) => ({ name, createdAtMs: undefined })),
    ...custom.map((row) => ({ name: row.name, createdAtMs: row.created_at })),
  ].filter(
    ({ name }) =>
      (query.names?.includes(name) ?? true) &&
      name.startsWith(query.prefix ?? "") &&
      (associated === undefined || associated.has(name) === query.associated),
  );
}

/** Whether the custom trait had to be created, in the caller's transaction. */
export async function traitEnsureIn(tx: Tx, name: string, nowMs: number): Promise<boolean> {
  if (await traitFind(tx, name)) return false;
  await customNameInsert(tx, "placement_traits", name, nowMs);
  return true;
}

export async function traitEnsure(
  ctx: PlacementCtx,
  name: string,
): Promise<{ trait: Trait; created: boolean }> {
  if (!isCustomName(name)) {
    throw badRequest(
      'The trait is invalid. A valid trait must be no longer than 255 characters, start with the prefix "CUSTOM_" ' +
        'and use following characters: "A"-"Z", "0"-"9" and "_"',
    );
  }
  return ctx.deps.database.transaction(async (tx) => {
    const created = await traitEnsureIn(tx, name, ctx.deps.clock.now());
    return { trait: await traitFetch(tx, name), created };
  });
}

export async function traitDestroy(ctx: PlacementCtx, name: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    await traitFetch(tx, name);
    if (isStandardTrait(name)) throw badRequest(`Cannot delete standard trait ${name}.`);
    if ((await providerTraitListOf(tx, [name])).length > 0) {
      throw conflict(`The trait ${name} is in use by a resource provider.`);
    }
    await customNameDelete(tx, "placement_traits", name);
  });
}
