import { route, type Route } from "#http/index.ts";
import { accessRuleDelete } from "./api/access-rules/delete.ts";
import { accessRulesList } from "./api/access-rules/list.ts";
import { accessRuleShow } from "./api/access-rules/show.ts";
import { applicationCredentialCreate } from "./api/application-credentials/create.ts";
import { applicationCredentialDelete } from "./api/application-credentials/delete.ts";
import { applicationCredentialsList } from "./api/application-credentials/list.ts";
import { applicationCredentialShow } from "./api/application-credentials/show.ts";
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

const userRule = (name: string) => ({
  ...rule(name),
  target: (params: Params) => ({ "target.user.id": params["user_id"] }),
});
/** Whoever owns the thing decides, and that is known once it was read. */
const ownedRule = (name: string) => ({ ...rule(name), enforcedByApp: true });

const accessRules = "/v3/users/:user_id/access_rules";
const applicationCredentials = "/v3/users/:user_id/application_credentials";
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

  route("GET", applicationCredentials, applicationCredentialsList, ownedRule("list_application_credentials")),
  route("POST", applicationCredentials, applicationCredentialCreate, ownedRule("create_application_credential")),
  route("GET", `${applicationCredentials}/:credential_id`, applicationCredentialShow, ownedRule("get_application_credential")),
  route("DELETE", `${applicationCredentials}/:credential_id`, applicationCredentialDelete, ownedRule("delete_application_credential")),
  route("GET", accessRules, accessRulesList, userRule("list_access_rules")),
  route("GET", `${accessRules}/:access_rule_id`, accessRuleShow, userRule("get_access_rule")),
  route("DELETE", `${accessRules}/:access_rule_id`, accessRuleDelete, userRule("delete_access_rule")),
];
