import { route, type Route } from "#http/index.ts";
import { projectTagAdd } from "./api/project-tags/add.ts";
import { projectTagCheck } from "./api/project-tags/check.ts";
import { projectTagsClear } from "./api/project-tags/clear.ts";
import { projectTagsList } from "./api/project-tags/list.ts";
import { projectTagRemove } from "./api/project-tags/remove.ts";
import { projectTagsReplace } from "./api/project-tags/replace.ts";
import type { IdentityDeps } from "./app/context.ts";

type Params = Readonly<Record<string, string>>;

const rule = (name: string) => ({ policy: `identity:${name}` });
const projectRule = (name: string) => ({
  ...rule(name),
  target: (params: Params) => ({ "target.project.id": params["project_id"] }),
});

const projectTags = "/v3/projects/:project_id/tags";

/** What Keystone has beside users, projects, roles and the catalogue. */
// oxfmt-ignore
export const extensionRows: readonly Route<IdentityDeps>[] = [
  route("GET", projectTags, projectTagsList, projectRule("list_project_tags")),
  route("PUT", projectTags, projectTagsReplace, projectRule("update_project_tags")),
  route("DELETE", projectTags, projectTagsClear, projectRule("delete_project_tags")),
  route("GET", `${projectTags}/:tag`, projectTagCheck, projectRule("get_project_tag")),
  route("PUT", `${projectTags}/:tag`, projectTagAdd, projectRule("create_project_tag")),
  route("DELETE", `${projectTags}/:tag`, projectTagRemove, projectRule("delete_project_tag")),
];
