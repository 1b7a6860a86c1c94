import { newHexId } from "#base/ids.ts";
import type { Db } from "#db/index.ts";
import type { Role } from "../domain/resources.ts";
import { assignmentDelete } from "../store/assignments.ts";
import {
  roleDelete as rowDelete,
  roleFind,
  roleInsert,
  roleList as rowList,
  roleUpdate as rowUpdate,
} from "../store/roles.ts";
import type { IdentityCtx } from "./context.ts";
import { conflict, forbidden, notFound } from "./failures.ts";

export interface RoleChange {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly immutable?: boolean | undefined;
}

export async function roleFetch(db: Db, id: string): Promise<Role> {
  const role = await roleFind(db, id);
  if (!role) throw notFound("role", id);
  return role;
}

export function roleList(ctx: IdentityCtx, filter: { readonly name?: string | undefined }): Promise<Role[]> {
  return rowList(ctx.deps.database.db, filter);
}

export async function roleCreate(
  ctx: IdentityCtx,
  input: RoleChange & { readonly name: string },
): Promise<Role> {
  const { name, description, immutable = false } = input;
  const role = { id: newHexId(), name, description, immutable };
  await ctx.deps.database.transaction(async (tx) => {
    await refuseTakenName(tx, role);
    await roleInsert(tx, role);
  });
  return role;
}

export async function roleUpdate(ctx: IdentityCtx, id: string, change: RoleChange): Promise<Role> {
  return ctx.deps.database.transaction(async (tx) => {
    const old = await roleFetch(tx, id);
    if (change.immutable !== false) refuseImmutable(old, "update");
    const role = {
      id,
      name: change.name ?? old.name,
      description: change.description ?? old.description,
      immutable: change.immutable ?? old.immutable,
    };
    await refuseTakenName(tx, role);
    await rowUpdate(tx, role);
    return role;
  });
}

/** Whoever had only this role on a scope has none there from now on. */
export async function roleDelete(ctx: IdentityCtx, id: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    refuseImmutable(await roleFetch(tx, id), "delete");
    await assignmentDelete(tx, { roleId: id });
    await rowDelete(tx, id);
  });
}

function refuseImmutable(role: Role, verb: "update" | "delete"): void {
  if (!role.immutable) return;
  throw forbidden(
    `Unable to ${verb} immutable role resource: ${role.id}. Set resource option "immutable" to false first.`,
  );
}

async function refuseTakenName(db: Db, role: Role): Promise<void> {
  const [taken] = await rowList(db, { name: role.name });
  if (!taken || taken.id === role.id) return;
  throw conflict("role", `Duplicate entry found with name ${role.name}`);
}
