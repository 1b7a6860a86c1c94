import type { PolicyRules } from "#policy/index.ts";

const admin = "role:admin";
const adminOrSystemReader = "role:admin or (role:reader and system_scope:all)";
const ofProject = "project_id:%(target.project.id)s";

const projectTagRules: PolicyRules = {
  "identity:list_project_tags": `${adminOrSystemReader} or ${ofProject}`,
  "identity:get_project_tag": `${adminOrSystemReader} or ${ofProject}`,
  "identity:update_project_tags": admin,
  "identity:create_project_tag": admin,
  "identity:delete_project_tags": admin,
  "identity:delete_project_tag": admin,
};

/** Of the resources in `routes-extensions.ts`; Keystone's names and defaults. */
export const identityExtensionPolicyRules: PolicyRules = { ...projectTagRules };
