import { CloudError } from "#base/errors.ts";
import type { Db } from "#db/index.ts";
import { domainAsProject, type Project } from "../domain/resources.ts";
import { domainFind } from "../store/domains.ts";
import { projectFind, projectList } from "../store/projects.ts";
import { forbidden } from "./failures.ts";

/** Keystone's `max_project_tree_depth`, the domain not counted. */
const maxDepth = 5;

/** From the project's parent up to its domain. */
export async function projectParents(db: Db, project: Project): Promise<Project[]> {
  if (project.isDomain) return [];
  const found: Project[] = [];
  let parent = await projectFind(db, project.parentId);
  while (parent) {
    found.push(parent);
    parent = await projectFind(db, parent.parentId);
  }
  const domain = await domainFind(db, project.domainId);
  return domain ? [...found, domainAsProject(domain)] : found;
}

/** The projects below a project or domain, each after its parent. */
export async function projectSubtree(db: Db, id: string): Promise<Project[]> {
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
  if (!parent.enabled) {
    throw forbidden(`Cannot create a project in a branch containing a disabled project: ${parent.id}.`);
  }
  // The parents of the parent include the domain, which stands for the new project in the sum.
  const depth = 1 + (await projectParents(db, parent)).length;
  if (depth > maxDepth) throw forbidden(`Max hierarchy depth reached for ${parent.id} branch.`);
}

/** Keystone: an enabled project stands on enabled ones, a disabled one carries none. */
export async function refuseBrokenTree(db: Db, old: Project, enabled: boolean): Promise<void> {
  if (old.enabled === enabled) return;
  const isDisabledProject = (one: Project): boolean => !one.enabled && !one.isDomain;
  if (enabled && (await projectParents(db, old)).some(isDisabledProject))
    throw forbidden(`Cannot enable project ${old.id} since it has disabled parents.`);
  if (!enabled && (await projectSubtree(db, old.id)).some((one) => one.enabled))
    throw forbidden(`Cannot disable project ${old.id} since its subtree contains enabled projects.`);
}
