import { CloudError } from "#base/errors.ts";
import type { Db } from "#db/index.ts";
import type { Project } from "../domain/resources.ts";
import { projectFind, projectList } from "../store/projects.ts";
import { forbidden } from "./failures.ts";

/** Keystone's `max_project_tree_depth`, the domain not counted. */
const maxDepth = 5;

export interface ProjectTree {
  /** From the project's parent upwards, without the domain. */
  readonly parents: readonly Project[];
  /** Each project after its parent. */
  readonly subtree: readonly Project[];
}

export async function projectTreeOf(db: Db, project: Project): Promise<ProjectTree> {
  return { parents: await parentsOf(db, project), subtree: await subtreeOf(db, project.id) };
}

async function parentsOf(db: Db, project: Project): Promise<Project[]> {
  const found: Project[] = [];
  let parent = await projectFind(db, project.parentId);
  while (parent) {
    found.push(parent);
    parent = await projectFind(db, parent.parentId);
  }
  return found;
}

async function subtreeOf(db: Db, id: string): Promise<Project[]> {
  const found = await projectList(db, { parentId: id });
  for (const project of found) found.push(...(await projectList(db, { parentId: project.id })));
  return found;
}

/** That a new project may stand where it wants to: under its domain or an enabled project of it. */
export async function parentRequire(db: Db, project: Project): Promise<void> {
  if (project.parentId === project.domainId) return;
  const parent = await projectFind(db, project.parentId);
  if (!parent) throw new CloudError("invalid", `Could not find project: ${project.parentId}.`);
  if (parent.domainId !== project.domainId) {
    throw new CloudError(
      "invalid",
      `Cannot create project, since it specifies its domain_id ${project.domainId}, but specifies a parent in a ` +
        `different domain (${parent.domainId}).`,
    );
  }
  if (!parent.enabled) throw forbidden(`Cannot create project, parent_id ${parent.id} is disabled.`);
  const depth = (await parentsOf(db, parent)).length + 2;
  if (depth > maxDepth) throw forbidden(`Max hierarchy depth reached for ${parent.id} branch.`);
}
