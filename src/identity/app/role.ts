import { newHexId } from "#base/ids.ts";
import type { Db } from "#db/index.ts";
import type { Extra, Role } from "../domain/resources.ts";
import { domainFind } from "../store/domains.ts";
import { grantDelete } from "../store/grants.ts";
import {
  roleDelete as rowDelete,
  roleFind,
  roleInsert,
  roleList as rowList,
  roleUpdate as rowUpdate,
  type RoleFilter,
} from "../store/roles.ts";
import type { IdentityCtx } from "./context.ts";
import { conflict, notFound, refuseMove } from "./failures.ts";
import { refuseImmutableChange, refuseImmutableDelete } from "./immutable.ts";

export interface RoleChange {
  readonly name?: string | undefined;
  /** Undefined: a role of the whole cloud. */
  readonly domainId?: string | undefined;
  readonly description?: string | undefined;
  readonly immutable?: boolean | undefined;
  readonly extra: Extra;
}

export async function roleFetch(db: Db, id: string): Promise<Role> {
  const role = await roleFind(db, id);
  if (!role) throw notFound("role", id);
  return role;
}

type RoleVerb = "list" | "get" | "create" | "update" | "delete";

/** Keystone has rules of their own for the roles of a domain. */
function enforceRule(ctx: IdentityCtx, verb: RoleVerb, role: Partial<Pick<Role, "domainId" | "name">>): void {
  const kind = role.domainId === undefined ? "role" : "domain_role";
  ctx.enforce(`identity:${verb}_${kind}${verb === "list" ? "s" : ""}`, { "target.role.name": role.name });
}

/** For those who may do that; as in Keystone everybody with a token learns that a role is not there. */
async function roleFetchFor(ctx: IdentityCtx, db: Db, id: string, verb: RoleVerb): Promise<Role> {
  const role = await roleFetch(db, id);
  enforceRule(ctx, verb, role);
  return role;
}

export function roleShow(ctx: IdentityCtx, id: string): Promise<Role> {
  return roleFetchFor(ctx, ctx.deps.database.db, id, "get");
}

export async function roleList(ctx: IdentityCtx, filter: RoleFilter): Promise<Role[]> {
  enforceRule(ctx, "list", { domainId: filter.domainId });
  return rowList(ctx.deps.database.db, filter);
}

export async function roleCreate(
  ctx: IdentityCtx,
  input: RoleChange & { readonly name: string },
): Promise<Role> {
  const { name, domainId, description, immutable = false, extra } = input;
  enforceRule(ctx, "create", { domainId });
  const role: Role = { id: newHexId(), name, domainId, description, immutable, extra };
  await ctx.deps.database.transaction(async (tx) => {
    if (domainId !== undefined && !(await domainFind(tx, domainId))) throw notFound("domain", domainId);
    await refuseTakenName(tx, role);
    await roleInsert(tx, role);
  });
  return role;
}

export async function roleUpdate(ctx: IdentityCtx, id: string, change: RoleChange): Promise<Role> {
  return ctx.deps.database.transaction(async (tx) => {
    const old = await roleFetchFor(ctx, tx, id, "update");
    refuseMove("role", old.domainId ?? "none", change.domainId);
    refuseImmutableChange("role", old, change);
    const role: Role = {
      ...old,
      name: change.name ?? old.name,
      description: change.description ?? old.description,
      immutable: change.immutable ?? old.immutable,
      extra: { ...old.extra, ...change.extra },
    };
    await refuseTakenName(tx, role);
    await rowUpdate(tx, role);
    return role;
  });
}

/** Whoever had only this role on a scope has none there from now on. */
export async function roleDelete(ctx: IdentityCtx, id: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    refuseImmutableDelete("role", await roleFetchFor(ctx, tx, id, "delete"));
    await grantDelete(tx, { roleId: id });
    await rowDelete(tx, id);
  });
}

async function refuseTakenName(db: Db, role: Role): Promise<void> {
  const [taken] = await rowList(db, { name: role.name, domainId: role.domainId });
  if (!taken || taken.id === role.id) return;
  throw conflict("role", `Duplicate entry found with name ${role.name}`);
}
