import { CloudError } from "#base/errors.ts";
import type { Db } from "#db/index.ts";
import type { Role } from "../domain/resources.ts";
import {
  implicationDelete as rowDelete,
  implicationEnsure,
  implicationList,
  roleFind,
} from "../store/roles.ts";
import type { IdentityCtx } from "./context.ts";
import { forbidden } from "./failures.ts";
import { roleFetch } from "./role.ts";

export interface ImpliedRoles {
  readonly prior: Role;
  readonly implied: readonly Role[];
}

export interface ImpliedRole {
  readonly prior: Role;
  readonly implied: Role;
}

/** What the role implies directly. */
export async function impliedRoleList(db: Db, priorRoleId: string): Promise<ImpliedRoles> {
  const prior = await roleFetch(db, priorRoleId);
  const implied: Role[] = [];
  for (const pair of await implicationList(db)) {
    const role = pair.prior.id === priorRoleId ? await roleFind(db, pair.implied.id) : undefined;
    if (role) implied.push(role);
  }
  return { prior, implied };
}

/** Every role that implies another. */
export async function inferenceList(ctx: IdentityCtx): Promise<ImpliedRoles[]> {
  const { db } = ctx.deps.database;
  const priorIds = new Set((await implicationList(db)).map(({ prior }) => prior.id));
  return Promise.all([...priorIds].map((id) => impliedRoleList(db, id)));
}

/** Only a direct implication is found. */
export async function inferenceFetch(
  db: Db,
  priorRoleId: string,
  impliedRoleId: string,
): Promise<ImpliedRole> {
  const { prior, implied } = await impliedRoleList(db, priorRoleId);
  const { id } = await roleFetch(db, impliedRoleId);
  const found = implied.find((role) => role.id === id);
  if (!found) throw new CloudError("not-found", `${priorRoleId} does not imply ${impliedRoleId}.`);
  return { prior, implied: found };
}

/** A role of the whole cloud may not imply one of a domain, and none may make an administrator. */
export async function inferenceCreate(
  ctx: IdentityCtx,
  priorRoleId: string,
  impliedRoleId: string,
): Promise<ImpliedRole> {
  return ctx.deps.database.transaction(async (tx) => {
    const prior = await roleFetch(tx, priorRoleId);
    const implied = await roleFetch(tx, impliedRoleId);
    const domainFromGlobal = prior.domainId === undefined && implied.domainId !== undefined;
    if (domainFromGlobal || implied.name === "admin")
      throw forbidden(`${impliedRoleId} cannot be an implied roles.`);
    await implicationEnsure(tx, priorRoleId, impliedRoleId);
    return { prior, implied };
  });
}

export async function inferenceDelete(
  ctx: IdentityCtx,
  priorRoleId: string,
  impliedRoleId: string,
): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    await inferenceFetch(tx, priorRoleId, impliedRoleId);
    await rowDelete(tx, priorRoleId, impliedRoleId);
  });
}
