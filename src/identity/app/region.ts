import { CloudError } from "#base/errors.ts";
import { newHexId } from "#base/ids.ts";
import type { Db, Tx } from "#db/index.ts";
import type { Region } from "../domain/catalog.ts";
import type { Extra } from "../domain/resources.ts";
import { endpointList } from "../store/endpoints.ts";
import {
  regionDelete as rowDelete,
  regionFind,
  regionInsert,
  regionList as rowList,
  regionUpdate as rowUpdate,
} from "../store/regions.ts";
import type { IdentityCtx } from "./context.ts";
import { conflict, forbidden, notFound } from "./failures.ts";

export interface RegionChange {
  readonly description?: string | undefined;
  /** `null`: none. */
  readonly parentId?: string | null | undefined;
  readonly extra: Extra;
}

export async function regionFetch(db: Db, id: string): Promise<Region> {
  const region = await regionFind(db, id);
  if (!region) throw notFound("region", id);
  return region;
}

export function regionList(
  ctx: IdentityCtx,
  filter: { readonly parentId?: string | undefined },
): Promise<Region[]> {
  return rowList(ctx.deps.database.db, filter);
}

export async function regionCreate(
  ctx: IdentityCtx,
  input: RegionChange & { readonly id?: string | undefined },
): Promise<Region> {
  const { description = "", parentId, extra } = input;
  const region = { id: input.id ?? newHexId(), description, parentId: parentId ?? undefined, extra };
  await ctx.deps.database.transaction(async (tx) => {
    if (await regionFind(tx, region.id)) throw conflict("region", `Duplicate ID, ${region.id}`);
    if (region.parentId !== undefined) await regionFetch(tx, region.parentId);
    await regionInsert(tx, region);
  });
  return region;
}

/** As Keystone does for an endpoint whose region is only named. */
export async function regionEnsure(tx: Tx, id: string): Promise<void> {
  if (await regionFind(tx, id)) return;
  await regionInsert(tx, { id, description: "", parentId: undefined, extra: {} });
}

export async function regionUpdate(ctx: IdentityCtx, id: string, change: RegionChange): Promise<Region> {
  return ctx.deps.database.transaction(async (tx) => {
    const old = await regionFetch(tx, id);
    const { parentId = old.parentId } = change;
    const region: Region = {
      id,
      description: change.description ?? old.description,
      parentId: parentId ?? undefined,
      extra: { ...old.extra, ...change.extra },
    };
    await refuseCircle(tx, region);
    await rowUpdate(tx, region);
    return region;
  });
}

/** With the regions below it, unless an endpoint is in one of them. */
export async function regionDelete(ctx: IdentityCtx, id: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    const found = [await regionFetch(tx, id)];
    for (const region of found) found.push(...(await rowList(tx, { parentId: region.id })));
    for (const region of found) {
      if ((await endpointList(tx, { regionId: region.id })).length === 0) continue;
      throw forbidden(
        `Unable to delete region ${id} because it or its child regions have associated endpoints.`,
      );
    }
    for (const region of found.toReversed()) await rowDelete(tx, region.id);
  });
}

async function refuseCircle(db: Db, region: Region): Promise<void> {
  let { parentId } = region;
  while (parentId !== undefined) {
    if (parentId === region.id) {
      throw new CloudError(
        "invalid",
        `The specified parent region ${region.parentId} would create a circular region hierarchy.`,
      );
    }
    parentId = (await regionFetch(db, parentId)).parentId;
  }
}
