import { CloudError } from "#base/errors.ts";
import type { Db } from "#db/index.ts";
import { domainAsProject, type Project } from "../domain/resources.ts";
import { domainFind, domainList } from "../store/domains.ts";
import { projectFind, projectListOfUser, type ProjectFilter } from "../store/projects.ts";
import type { IdentityCtx } from "./context.ts";
import { domainCreate, domainDelete, domainUpdate } from "./domain.ts";
import { forbidden, notFound } from "./failures.ts";
import { projectCreate, projectDelete, projectList, projectUpdate, type ProjectChange } from "./project.ts";
import { projectParents, projectSubtree } from "./project-tree.ts";

/*
 * To Keystone projects and domains are one tree: a domain is the project at the root of its projects. Here they
 * are two tables, and these functions show and change a domain where a project was asked for.
 */

export interface NodeChange extends ProjectChange {
  readonly isDomain?: boolean | undefined;
}

export async function nodeFind(db: Db, id: string): Promise<Project | undefined> {
  const project = await projectFind(db, id);
  if (project) return project;
  const domain = await domainFind(db, id);
  return domain && domainAsProject(domain);
}

export async function nodeFetch(db: Db, id: string): Promise<Project> {
  const node = await nodeFind(db, id);
  if (!node) throw notFound("project", id);
  return node;
}

/** Domains are listed only when they are asked for. */
export async function nodeList(
  ctx: IdentityCtx,
  filter: ProjectFilter & { readonly isDomain?: boolean | undefined },
): Promise<Project[]> {
  const { isDomain, ...rest } = filter;
  if (!isDomain) return projectList(ctx, rest);
  const { name, enabled, domainId, parentId } = rest;
  if (domainId !== undefined || parentId !== undefined) return [];
  return (await domainList(ctx.deps.database.db, { name, enabled })).map(domainAsProject);
}

export async function nodeCreate(
  ctx: IdentityCtx,
  input: NodeChange & { readonly name: string },
): Promise<Project> {
  if (!input.isDomain) return projectCreate(ctx, input);
  if (input.domainId !== undefined || input.parentId !== undefined)
    throw new CloudError("invalid", "only root projects are allowed to act as domains.");
  return domainAsProject(await domainCreate(ctx, input));
}

export async function nodeUpdate(ctx: IdentityCtx, id: string, change: NodeChange): Promise<Project> {
  const isDomain = (await nodeFetch(ctx.deps.database.db, id)).isDomain ?? false;
  if ((change.isDomain ?? isDomain) !== isDomain) throw forbidden("Update of `is_domain` is not allowed.");
  const { isDomain: _, ...rest } = change;
  return isDomain ? domainAsProject(await domainUpdate(ctx, id, rest)) : projectUpdate(ctx, id, rest);
}

export async function nodeDelete(ctx: IdentityCtx, id: string): Promise<void> {
  const { isDomain } = await nodeFetch(ctx.deps.database.db, id);
  await (isDomain ? domainDelete(ctx, id) : projectDelete(ctx, id));
}

export interface Relatives {
  /** From the parent up to the domain. */
  readonly parents: readonly Project[];
  /** Each after its parent. */
  readonly subtree: readonly Project[];
  /** The projects that the caller has a role on: only those are shown in full. */
  readonly ownIds: ReadonlySet<string>;
}

export async function nodeRelatives(ctx: IdentityCtx, project: Project): Promise<Relatives> {
  const { db } = ctx.deps.database;
  const own = await projectListOfUser(db, ctx.caller);
  return {
    parents: await projectParents(db, project),
    subtree: await projectSubtree(db, project.id),
    ownIds: new Set(own.map(({ id }) => id)),
  };
}
