import { CloudError } from "#base/errors.ts";
import type { Tx } from "#db/index.ts";
import type { Project } from "../domain/resources.ts";
import { projectUpdate } from "../store/projects.ts";
import type { IdentityCtx } from "./context.ts";
import { forbidden } from "./failures.ts";
import { projectFetch } from "./project.ts";

const maxTags = 80;

export async function projectTagList(ctx: IdentityCtx, projectId: string): Promise<readonly string[]> {
  return (await projectFetch(ctx.deps.database.db, projectId)).tags;
}

export async function projectTagFetch(ctx: IdentityCtx, projectId: string, tag: string): Promise<void> {
  if (!(await projectTagList(ctx, projectId)).includes(tag)) throw noSuchTag(tag);
}

export function projectTagsReplace(
  ctx: IdentityCtx,
  projectId: string,
  tags: readonly string[],
): Promise<readonly string[]> {
  return change(ctx, projectId, () => tags.map((tag) => tag.trim()));
}

export async function projectTagAdd(ctx: IdentityCtx, projectId: string, tag: string): Promise<void> {
  await change(ctx, projectId, ({ tags }) => {
    if (tags.includes(tag))
      throw new CloudError("invalid", `Project ${projectId} has the tag ${tag} already.`);
    if (tags.length === maxTags)
      throw new CloudError("invalid", `Project ${projectId} has ${maxTags} tags already: remove one first.`);
    return [...tags, tag.trim()];
  });
}

export async function projectTagRemove(ctx: IdentityCtx, projectId: string, tag: string): Promise<void> {
  await change(ctx, projectId, ({ tags }) => {
    if (!tags.includes(tag)) throw noSuchTag(tag);
    return tags.filter((other) => other !== tag);
  });
}

function change(
  ctx: IdentityCtx,
  projectId: string,
  tagsOf: (project: Project) => readonly string[],
): Promise<readonly string[]> {
  return ctx.deps.database.transaction(async (tx: Tx) => {
    const project = await projectFetch(tx, projectId);
    if (project.immutable)
      throw forbidden(
        `Cannot change the tags of project ${projectId}: it is immutable. Set "immutable" option to false first.`,
      );
    const tags = tagsOf(project);
    await projectUpdate(tx, { ...project, tags });
    return tags;
  });
}

function noSuchTag(tag: string): CloudError {
  return new CloudError("not-found", `Could not find project tag: ${tag}.`);
}
