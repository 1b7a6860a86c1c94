import { CloudError } from "#base/errors.ts";
import type { Db } from "#db/index.ts";
import {
  isInEndpointGroup,
  type Endpoint,
  type EndpointGroup,
  type PlacedEndpoint,
} from "../domain/catalog.ts";
import type { Project } from "../domain/resources.ts";
import {
  endpointFilterDelete,
  endpointFilterEnsure,
  endpointFilterList,
  type EndpointFilterEntry,
} from "../store/endpoint-filters.ts";
import { endpointGroupFind } from "../store/endpoint-groups.ts";
import { endpointList } from "../store/endpoints.ts";
import { projectFind } from "../store/projects.ts";
import type { IdentityCtx } from "./context.ts";
import { endpointFetch } from "./endpoint.ts";
import { endpointGroupFetch } from "./endpoint-group.ts";
import { projectFetch } from "./project.ts";

/** Throws `not-found` when the endpoint or group was not chosen for the project. */
export async function filterEntryFetch(ctx: IdentityCtx, entry: EndpointFilterEntry): Promise<void> {
  const { db } = ctx.deps.database;
  await requireParts(db, entry);
  await requireEntry(db, entry);
}

export async function filterEntryCreate(ctx: IdentityCtx, entry: EndpointFilterEntry): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    await requireParts(tx, entry);
    await endpointFilterEnsure(tx, entry);
  });
}

export async function filterEntryDelete(ctx: IdentityCtx, entry: EndpointFilterEntry): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    await requireParts(tx, entry);
    await requireEntry(tx, entry);
    await endpointFilterDelete(tx, entry);
  });
}

/** The projects that an endpoint or a group was chosen for. */
export async function filterProjectList(
  ctx: IdentityCtx,
  target: Omit<EndpointFilterEntry, "projectId">,
): Promise<Project[]> {
  const { db } = ctx.deps.database;
  await requireTarget(db, target);
  const entries = await endpointFilterList(db, target);
  const projects = await Promise.all(entries.map(({ projectId }) => projectFind(db, projectId)));
  return projects.filter((project) => project !== undefined);
}

/** The endpoint groups that were chosen for the project. */
export async function filterGroupList(ctx: IdentityCtx, projectId: string): Promise<EndpointGroup[]> {
  const { db } = ctx.deps.database;
  await projectFetch(db, projectId);
  return groupsOf(db, await endpointFilterList(db, { projectId }));
}

/** The endpoints that were chosen for the project, by themselves and by groups. */
export async function filterEndpointList(ctx: IdentityCtx, projectId: string): Promise<Endpoint[]> {
  const { db } = ctx.deps.database;
  await projectFetch(db, projectId);
  const { chosen } = await filterApply(db, projectId, await endpointList(db));
  return chosen;
}

/** A project for which nothing was chosen has them all. */
export async function filterApply<One extends PlacedEndpoint>(
  db: Db,
  projectId: string,
  endpoints: readonly One[],
): Promise<{ readonly filtered: boolean; readonly chosen: One[] }> {
  const entries = await endpointFilterList(db, { projectId });
  const groups = await groupsOf(db, entries);
  const ids = new Set(entries.filter(({ kind }) => kind === "endpoint").map(({ targetId }) => targetId));
  const chosen = endpoints.filter(
    (one) => ids.has(one.id) || groups.some((group) => isInEndpointGroup(one, group)),
  );
  return { filtered: chosen.length > 0, chosen };
}

async function groupsOf(db: Db, entries: readonly EndpointFilterEntry[]): Promise<EndpointGroup[]> {
  const ids = entries.filter(({ kind }) => kind === "group").map(({ targetId }) => targetId);
  const groups = await Promise.all(ids.map((id) => endpointGroupFind(db, id)));
  return groups.filter((group) => group !== undefined);
}

async function requireParts(db: Db, entry: EndpointFilterEntry): Promise<void> {
  await requireTarget(db, entry);
  await projectFetch(db, entry.projectId);
}

async function requireTarget(db: Db, target: Omit<EndpointFilterEntry, "projectId">): Promise<void> {
  if (target.kind === "endpoint") await endpointFetch(db, target.targetId);
  else await endpointGroupFetch(db, target.targetId);
}

async function requireEntry(db: Db, entry: EndpointFilterEntry): Promise<void> {
  if ((await endpointFilterList(db, entry)).length > 0) return;
  const what = entry.kind === "endpoint" ? "Endpoint" : "Endpoint Group";
  throw new CloudError("not-found", `${what} ${entry.targetId} not found in project ${entry.projectId}.`);
}
