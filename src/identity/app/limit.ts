import { CloudError } from "#base/errors.ts";
import { newHexId } from "#base/ids.ts";
import type { Db, Tx } from "#db/index.ts";
import type { Limit } from "../domain/limit.ts";
import { domainFind } from "../store/domains.ts";
import {
  limitDelete as rowDelete,
  limitFind,
  limitInsert,
  limitList as rowList,
  limitUpdate as rowUpdate,
  type LimitFilter,
} from "../store/limits.ts";
import { projectFind } from "../store/projects.ts";
import { registeredLimitList } from "../store/registered-limits.ts";
import type { IdentityCtx } from "./context.ts";
import { domainFetch } from "./domain.ts";
import { conflict, forbidden } from "./failures.ts";
import { partMissing, requirePlace } from "./catalog-parts.ts";
import { projectFetch } from "./project.ts";

export interface LimitInput {
  readonly serviceId: string;
  readonly regionId: string | undefined;
  readonly resourceName: string;
  readonly resourceLimit: number;
  readonly description: string | undefined;
  /** One of the two. */
  readonly projectId: string | undefined;
  readonly domainId: string | undefined;
}

export interface LimitChange {
  readonly resourceLimit?: number | undefined;
  readonly description?: string | null | undefined;
}

export async function limitFetch(ctx: IdentityCtx, id: string): Promise<Limit> {
  const { db } = ctx.deps.database;
  const limit = await limitFind(db, id);
  const project = limit?.projectId === undefined ? undefined : await projectFind(db, limit.projectId);
  ctx.enforce("identity:get_limit", {
    "target.limit.project_id": limit?.projectId,
    "target.limit.domain.id": limit?.domainId,
    "target.limit.project.domain_id": project?.domainId,
  });
  return limit ?? notThere(id);
}

/** Administrators and services see all of them, others those of what their token is for. */
export async function limitList(ctx: IdentityCtx, filter: LimitFilter): Promise<Limit[]> {
  const { db } = ctx.deps.database;
  const { systemScope, roles, domainId, projectId } = ctx.caller;
  if (systemScope || roles.includes("admin") || roles.includes("service")) return rowList(db, filter);
  const found = await rowList(db, filter);
  if (projectId !== undefined) return found.filter((limit) => limit.projectId === projectId);
  if (domainId === undefined) return [];
  const own: Limit[] = [];
  for (const limit of found) {
    const project = limit.projectId === undefined ? undefined : await projectFind(db, limit.projectId);
    if ((limit.domainId ?? project?.domainId) === domainId) own.push(limit);
  }
  return own;
}

/** All of them or none; each of a resource that is registered. */
export async function limitsCreate(ctx: IdentityCtx, inputs: readonly LimitInput[]): Promise<Limit[]> {
  return ctx.deps.database.transaction(async (tx) => {
    const made: Limit[] = [];
    for (const input of inputs) {
      await requirePlace(tx, "limit", input);
      const limit = await newLimit(tx, input);
      await limitInsert(tx, limit);
      made.push(limit);
    }
    return made;
  });
}

export async function limitUpdate(ctx: IdentityCtx, id: string, change: LimitChange): Promise<Limit> {
  return ctx.deps.database.transaction(async (tx) => {
    const old = (await limitFind(tx, id)) ?? notThere(id);
    const { resourceLimit = old.resourceLimit, description = old.description } = change;
    const limit = { ...old, resourceLimit, description: description ?? undefined };
    await rowUpdate(tx, limit);
    return limit;
  });
}

export async function limitDelete(ctx: IdentityCtx, id: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    if (!(await limitFind(tx, id))) notThere(id);
    await rowDelete(tx, id);
  });
}

async function newLimit(tx: Tx, input: LimitInput): Promise<Limit> {
  const { serviceId, regionId = null, resourceName, resourceLimit, description } = input;
  const holder = await holderOf(tx, input);
  const [registered] = await registeredLimitList(tx, { serviceId, regionId, resourceName });
  if (!registered) throw forbidden("Unable to create a limit that has no corresponding registered limit.");
  const [same] = await rowList(tx, { ...holder, registeredLimitId: registered.id });
  if (same) throw conflict("limit", "Duplicate entry");
  return { id: newHexId(), registered, ...holder, resourceLimit, description };
}

/** To Keystone a domain is a project, too: its limit is the domain's. */
async function holderOf(db: Db, input: LimitInput): Promise<Pick<Limit, "projectId" | "domainId">> {
  const domain = input.projectId === undefined ? undefined : await domainFind(db, input.projectId);
  const domainId = domain?.id ?? input.domainId;
  const attribute = input.projectId === undefined ? "domain_id" : "project_id";
  try {
    if (domainId !== undefined) await domainFetch(db, domainId);
    else await projectFetch(db, input.projectId ?? "");
  } catch (error) {
    throw partMissing(error, attribute, "limit");
  }
  return domainId === undefined
    ? { projectId: input.projectId, domainId: undefined }
    : { projectId: undefined, domainId };
}

function notThere(id: string): never {
  throw new CloudError("not-found", `Could not find limit for ${id}.`);
}
