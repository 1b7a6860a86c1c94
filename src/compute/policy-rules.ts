import type { PolicyRules } from "#policy/index.ts";

const admin = "rule:context_is_admin";
const member = "rule:project_member_or_admin";
const reader = "rule:project_reader_or_admin";
const anybody = "@";

/** Nova's own names and defaults (nova.policies). */
export const computePolicyRules: PolicyRules = {
  context_is_admin: "role:admin",
  project_member_or_admin: "rule:context_is_admin or (role:member and project_id:%(project_id)s)",
  project_reader_or_admin: "rule:context_is_admin or (role:reader and project_id:%(project_id)s)",
  "os_compute_api:servers:create": member,
  "os_compute_api:servers:index": reader,
  "os_compute_api:servers:detail": reader,
  "os_compute_api:servers:detail:get_all_tenants": admin,
  "os_compute_api:servers:show": reader,
  "os_compute_api:servers:show:host_status": admin,
  "os_compute_api:servers:update": member,
  "os_compute_api:servers:delete": member,
  "os_compute_api:servers:start": member,
  "os_compute_api:servers:stop": member,
  "os_compute_api:servers:reboot": member,
  "os_compute_api:os-pause-server:pause": member,
  "os_compute_api:os-pause-server:unpause": member,
  "os_compute_api:os-suspend-server:suspend": member,
  "os_compute_api:os-suspend-server:resume": member,
  "os_compute_api:os-console-output": member,
  "os_compute_api:os-extended-server-attributes": admin,
  "os_compute_api:os-instance-actions:list": reader,
  "os_compute_api:os-instance-actions:show": reader,
  "os_compute_api:os-instance-actions:events": admin,
  "os_compute_api:os-flavor-manage:create": admin,
  "os_compute_api:os-flavor-manage:update": admin,
  "os_compute_api:os-flavor-manage:delete": admin,
  "os_compute_api:os-flavor-extra-specs:index": reader,
  "os_compute_api:os-flavor-extra-specs:show": reader,
  "os_compute_api:os-flavor-extra-specs:create": admin,
  "os_compute_api:os-flavor-extra-specs:update": admin,
  "os_compute_api:os-flavor-extra-specs:delete": admin,
  "os_compute_api:os-keypairs:index": "rule:context_is_admin or user_id:%(user_id)s",
  "os_compute_api:os-keypairs:show": "rule:context_is_admin or user_id:%(user_id)s",
  "os_compute_api:os-keypairs:create": "rule:context_is_admin or user_id:%(user_id)s",
  "os_compute_api:os-keypairs:delete": "rule:context_is_admin or user_id:%(user_id)s",
  "os_compute_api:os-hypervisors:list": admin,
  "os_compute_api:os-hypervisors:list-detail": admin,
  "os_compute_api:os-hypervisors:show": admin,
  "os_compute_api:os-hypervisors:search": admin,
  "os_compute_api:os-hypervisors:servers": admin,
  "os_compute_api:os-hypervisors:statistics": admin,
  "os_compute_api:os-services:list": admin,
  "os_compute_api:os-services:update": admin,
  "os_compute_api:flavors": anybody,
};
