import type { Db } from "#db/index.ts";
import type { Mapping } from "../domain/mapping.ts";
import { mappingCheck } from "../domain/mapping-check.ts";
import {
  mappingDelete as rowDelete,
  mappingFind,
  mappingInsert,
  mappingList as rowList,
  mappingUpdate as rowUpdate,
} from "../store/mappings.ts";
import type { IdentityCtx } from "./context.ts";
import { conflict, notFound } from "./failures.ts";

export async function mappingFetch(db: Db, id: string): Promise<Mapping> {
  const mapping = await mappingFind(db, id);
  if (!mapping) throw notFound("mapping", id);
  return mapping;
}

export function mappingList(ctx: IdentityCtx): Promise<Mapping[]> {
  return rowList(ctx.deps.database.db);
}

/** Throws `invalid` for rules that could never be applied. */
export async function mappingCreate(ctx: IdentityCtx, mapping: Mapping): Promise<Mapping> {
  mappingCheck(mapping);
  return ctx.deps.database.transaction(async (tx) => {
    if (await mappingFind(tx, mapping.id))
      throw conflict("mapping", `Duplicate entry found with ID ${mapping.id}`);
    await mappingInsert(tx, mapping);
    return mapping;
  });
}

export async function mappingUpdate(ctx: IdentityCtx, mapping: Mapping): Promise<Mapping> {
  return ctx.deps.database.transaction(async (tx) => {
    await mappingFetch(tx, mapping.id);
    mappingCheck(mapping);
    await rowUpdate(tx, mapping);
    return mapping;
  });
}

/** Also one that a protocol names: nobody signs in by that protocol then, as in Keystone. */
export async function mappingDelete(ctx: IdentityCtx, id: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    await mappingFetch(tx, id);
    await rowDelete(tx, id);
  });
}
