import { CloudError } from "#base/errors.ts";
import { newHexId } from "#base/ids.ts";
import type { Db, Tx } from "#db/index.ts";
import { defaultDomainId, type Extra, type Project } from "../domain/resources.ts";
import { credentialDeleteOfProject } from "../store/credentials.ts";
import { domainFind } from "../store/domains.ts";
import { endpointFilterDelete } from "../store/endpoint-filters.ts";
import { grantDelete, type Grantee } from "../store/grants.ts";
import {
  projectDelete as rowDelete,
  projectFind,
  projectInsert,
  projectList as rowList,
  projectListOfUser as rowListOfUser,
  projectUpdate as rowUpdate,
  type ProjectFilter,
} from "../store/projects.ts";
import { tokenEndOfProject } from "../store/tokens.ts";
import { userForgetProject } from "../store/users.ts";
import type { IdentityCtx } from "./context.ts";
import { conflict, forbidden, notFound, refuseMove } from "./failures.ts";
import { refuseImmutableChange, refuseImmutableDelete } from "./immutable.ts";
import { parentRequire, refuseBrokenTree } from "./project-tree.ts";
import { userFetch } from "./user.ts";

export interface ProjectChange {
  readonly name?: string | undefined;
  readonly domainId?: string | undefined;
  readonly parentId?: string | undefined;
  readonly description?: string | undefined;
  readonly enabled?: boolean | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly immutable?: boolean | undefined;
  readonly extra: Extra;
}

export async function projectFetch(db: Db, id: string): Promise<Project> {
  const project = await projectFind(db, id);
  if (!project) throw notFound("project", id);
  return project;
}

export function projectList(ctx: IdentityCtx, filter: ProjectFilter): Promise<Project[]> {
  return rowList(ctx.deps.database.db, filter);
}

export async function projectListOfUser(
  ctx: IdentityCtx,
  grantee: Grantee,
  filter: ProjectFilter,
): Promise<Project[]> {
  await userFetch(ctx.deps.database.db, grantee.userId);
  return rowListOfUser(ctx.deps.database.db, grantee, filter);
}

export async function projectCreate(
  ctx: IdentityCtx,
  input: ProjectChange & { readonly name: string },
): Promise<Project> {
  const { db } = ctx.deps.database;
  const parent = input.parentId === undefined ? undefined : await projectFind(db, input.parentId);
  const domainId = input.domainId ?? parent?.domainId ?? input.parentId ?? callerDomainId(ctx);
  const project: Project = {
    id: newHexId(),
    domainId,
    parentId: input.parentId ?? domainId,
    name: input.name,
    description: input.description ?? "",
    enabled: input.enabled ?? true,
    tags: input.tags ?? [],
    immutable: input.immutable ?? false,
    extra: input.extra,
  };
  await ctx.deps.database.transaction(async (tx) => {
    // Keystone: what the body names and does not exist is the body's fault, a 400.
    if (!(await domainFind(tx, domainId)))
      throw new CloudError("invalid", `Could not find domain: ${domainId}.`);
    await parentRequire(tx, project);
    await refuseTakenName(tx, project);
    await projectInsert(tx, project);
  });
  return project;
}

export async function projectUpdate(ctx: IdentityCtx, id: string, change: ProjectChange): Promise<Project> {
  return ctx.deps.database.transaction(async (tx) => {
    const old = await projectFetch(tx, id);
    refuseImmutableChange("project", old, change);
    refuseMove("project", old.domainId, change.domainId);
    if (change.parentId !== undefined && change.parentId !== old.parentId)
      throw forbidden("Update of `parent_id` is not allowed.");
    const project: Project = {
      ...old,
      name: change.name ?? old.name,
      description: change.description ?? old.description,
      enabled: change.enabled ?? old.enabled,
      tags: change.tags ?? old.tags,
      immutable: change.immutable ?? old.immutable,
      extra: { ...old.extra, ...change.extra },
    };
    await refuseTakenName(tx, project);
    await refuseBrokenTree(tx, old, project.enabled);
    if (!project.enabled) await tokenEndOfProject(tx, id);
    await rowUpdate(tx, project);
    return project;
  });
}

export async function projectDelete(ctx: IdentityCtx, id: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    refuseImmutableDelete("project", await projectFetch(tx, id));
    if ((await rowList(tx, { parentId: id })).length > 0)
      throw forbidden(
        `Cannot delete the project ${id} since it is not a leaf in the hierarchy. Delete the projects below it first.`,
      );
    await projectErase(tx, id);
  });
}

export async function projectErase(tx: Tx, id: string): Promise<void> {
  await grantDelete(tx, { scope: { kind: "project", id } });
  await endpointFilterDelete(tx, { projectId: id });
  await userForgetProject(tx, id);
  await credentialDeleteOfProject(tx, id);
  await rowDelete(tx, id);
}

/** Keystone: the domain that the token is for when the body names none, or the default one; not that of the token's project. */
function callerDomainId(ctx: IdentityCtx): string {
  return ctx.caller.domainId ?? defaultDomainId;
}

async function refuseTakenName(db: Db, project: Project): Promise<void> {
  const [taken] = await rowList(db, { name: project.name, domainId: project.domainId });
  if (!taken || taken.id === project.id) return;
  throw conflict(
    "project",
    "it is not permitted to have two projects with either the same name or same id in the same domain: " +
      `name is ${project.name}, project id ${taken.id}`,
  );
}
