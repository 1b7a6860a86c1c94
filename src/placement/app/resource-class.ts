import type { CloudError } from "#base/errors.ts";
import type { Db } from "#db/index.ts";
import type { PlacementCtx } from "../deps.ts";
import { badRequest, conflict, notFound } from "../domain/errors.ts";
import { isStandardResourceClass } from "../domain/names.ts";
import { standardResourceClasses } from "../domain/standard-resource-classes.ts";
import {
  customNameDelete,
  customNameFind,
  customNameInsert,
  customNameList,
  resourceClassInUse,
  resourceClassRename,
} from "../store/custom-names.ts";

export interface ResourceClass {
  readonly name: string;
  /** Undefined: a standard class, which was always there. */
  readonly createdAtMs: number | undefined;
}

export async function resourceClassFind(db: Db, name: string): Promise<ResourceClass | undefined> {
  if (isStandardResourceClass(name)) return { name, createdAtMs: undefined };
  const row = await customNameFind(db, "placement_resource_classes", name);
  return row && { name, createdAtMs: row.created_at };
}

async function resourceClassFetch(db: Db, name: string): Promise<ResourceClass> {
  const found = await resourceClassFind(db, name);
  if (found) return found;
  throw notFound(`No such resource class ${name}.`);
}

/** Throws `wrap("No such resource class X.")` for the first class that does not exist. */
export async function resourceClassesCheck(
  db: Db,
  names: readonly string[],
  wrap: (text: string) => CloudError,
): Promise<void> {
  for (const name of names) {
    if (!(await resourceClassFind(db, name))) throw wrap(`No such resource class ${name}.`);
  }
}

export function resourceClassShow(ctx: PlacementCtx, name: string): Promise<ResourceClass> {
  return resourceClassFetch(ctx.deps.database.db, name);
}

export async function resourceClassList(ctx: PlacementCtx): Promise<ResourceClass[]> {
  const custom = await customNameList(ctx.deps.database.db, "placement_resource_classes");
  return [
    ...standardResourceClasses.map((name) => ({ name, createdAtMs: undefined })),
    ...custom.map((row) => ({ name: row.name, createdAtMs: row.created_at })),
  ];
}

/** True when it was not there before. */
export async function resourceClassEnsure(ctx: PlacementCtx, name: string): Promise<boolean> {
  return ctx.deps.database.transaction(async (tx) => {
    if (await resourceClassFind(tx, name)) return false;
    await customNameInsert(tx, "placement_resource_classes", name, ctx.deps.clock.now());
    return true;
  });
}

export async function resourceClassCreate(ctx: PlacementCtx, name: string): Promise<void> {
  if (await resourceClassEnsure(ctx, name)) return;
  throw conflict(`Conflicting resource class already exists: ${name}`);
}

/** Microversions 1.2 to 1.6. */
export async function resourceClassChangeName(ctx: PlacementCtx, from: string, to: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    await resourceClassFetch(tx, from);
    if (isStandardResourceClass(from)) throw badRequest(`Cannot update standard resource class ${from}`);
    if (from === to) return;
    if (await resourceClassFind(tx, to)) throw conflict(`Resource class already exists: ${to}`);
    await resourceClassRename(tx, from, to);
  });
}

export async function resourceClassDestroy(ctx: PlacementCtx, name: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    await resourceClassFetch(tx, name);
    const failed = "Error in delete resource class:";
    if (isStandardResourceClass(name)) {
      throw badRequest(`${failed} Cannot delete standard resource class ${name}.`);
    }
    if (await resourceClassInUse(tx, name)) {
      throw conflict(`${failed} Cannot delete resource class ${name}. Class is in use in inventory.`);
    }
    await customNameDelete(tx, "placement_resource_classes", name);
  });
}
