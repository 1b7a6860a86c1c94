import { CloudError } from "#base/errors.ts";
import { newHexId } from "#base/ids.ts";
import type { Db } from "#db/index.ts";
import type { RegisteredLimit } from "../domain/limit.ts";
import { limitList } from "../store/limits.ts";
import {
  registeredLimitDelete as rowDelete,
  registeredLimitFind,
  registeredLimitInsert,
  registeredLimitList as rowList,
  registeredLimitUpdate as rowUpdate,
  type RegisteredLimitFilter,
} from "../store/registered-limits.ts";
import type { IdentityCtx } from "./context.ts";
import { conflict, forbidden } from "./failures.ts";
import { requirePlace } from "./catalog-parts.ts";

export interface RegisteredLimitChange {
  readonly serviceId?: string | undefined;
  /** `null`: in every region. */
  readonly regionId?: string | null | undefined;
  readonly resourceName?: string | undefined;
  readonly defaultLimit?: number | undefined;
  readonly description?: string | null | undefined;
}

export async function registeredLimitFetch(db: Db, id: string): Promise<RegisteredLimit> {
  const limit = await registeredLimitFind(db, id);
  if (!limit) throw new CloudError("not-found", `Could not find registered limit for ${id}.`);
  return limit;
}

export function registeredLimitList(
  ctx: IdentityCtx,
  filter: RegisteredLimitFilter,
): Promise<RegisteredLimit[]> {
  return rowList(ctx.deps.database.db, filter);
}

/** All of them or none. */
export async function registeredLimitsCreate(
  ctx: IdentityCtx,
  inputs: readonly Omit<RegisteredLimit, "id">[],
): Promise<RegisteredLimit[]> {
  return ctx.deps.database.transaction(async (tx) => {
    const made: RegisteredLimit[] = [];
    for (const input of inputs) {
      await requirePlace(tx, "registered_limit", input);
      const limit = { id: newHexId(), ...input };
      await refuseSame(tx, limit);
      await registeredLimitInsert(tx, limit);
      made.push(limit);
    }
    return made;
  });
}

/** Not while a project or domain has a limit of it. */
export async function registeredLimitUpdate(
  ctx: IdentityCtx,
  id: string,
  change: RegisteredLimitChange,
): Promise<RegisteredLimit> {
  return ctx.deps.database.transaction(async (tx) => {
    await requirePlace(tx, "registered_limit", change);
    const old = await registeredLimitFetch(tx, id);
    await refuseUsed(tx, id);
    const { regionId = old.regionId, description = old.description } = change;
    const limit: RegisteredLimit = {
      id,
      serviceId: change.serviceId ?? old.serviceId,
      regionId: regionId ?? undefined,
      resourceName: change.resourceName ?? old.resourceName,
      defaultLimit: change.defaultLimit ?? old.defaultLimit,
      description: description ?? undefined,
    };
    await refuseSame(tx, limit);
    await rowUpdate(tx, limit);
    return limit;
  });
}

export async function registeredLimitDelete(ctx: IdentityCtx, id: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    await registeredLimitFetch(tx, id);
    await refuseUsed(tx, id);
    await rowDelete(tx, id);
  });
}

async function refuseSame(db: Db, limit: RegisteredLimit): Promise<void> {
  const { id, serviceId, regionId = null, resourceName } = limit;
  const same = await rowList(db, { serviceId, regionId, resourceName });
  if (same.some((other) => other.id !== id)) throw conflict("registered_limit", "Duplicate entry");
}

async function refuseUsed(db: Db, id: string): Promise<void> {
  if ((await limitList(db, { registeredLimitId: id })).length === 0) return;
  throw forbidden(
    `Unable to update or delete registered limit ${id} because there are project limits associated with it.`,
  );
}
