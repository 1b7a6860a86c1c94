import { CloudError } from "#base/errors.ts";

/** Groups of options with their values. */
export type DomainConfig = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What a request is about: all of a domain's options, a group of them, or one. */
export interface OptionPath {
  readonly group?: string | undefined;
  readonly option?: string | undefined;
}

const ldap =
  "url user suffix query_scope page_size alias_dereferencing debug_level chase_referrals user_tree_dn user_filter " +
  "user_objectclass user_id_attribute user_name_attribute user_mail_attribute user_description_attribute " +
  "user_pass_attribute user_enabled_attribute user_enabled_invert user_enabled_mask user_enabled_default " +
  "user_attribute_ignore user_default_project_id_attribute user_enabled_emulation user_enabled_emulation_dn " +
  "user_enabled_emulation_use_group_config user_additional_attribute_mapping group_tree_dn group_filter " +
  "group_objectclass group_id_attribute group_name_attribute group_members_are_ids group_member_attribute " +
  "group_desc_attribute group_attribute_ignore group_additional_attribute_mapping tls_cacertfile tls_cacertdir " +
  "use_tls tls_req_cert use_pool pool_size pool_retry_max pool_retry_delay pool_connection_timeout " +
  "pool_connection_lifetime use_auth_pool auth_pool_size auth_pool_connection_lifetime";

/**
 * The options that Keystone lets a domain have, with what holds where a domain has none: users are in this
 * database, and no directory is set. Its `ldap.password` is not among them: it would lie in a table in the clear.
 */
export const defaultDomainConfig: DomainConfig = {
  identity: { driver: "sql", list_limit: null },
  ldap: Object.fromEntries(ldap.split(" ").map((option) => [option, null])),
};

/** Throws Keystone's `forbidden` when there is no such group or option. */
export function optionPathRequire({ group, option }: OptionPath): void {
  if (group === undefined) return;
  const options = Object.hasOwn(defaultDomainConfig, group) ? defaultDomainConfig[group] : undefined;
  if (!options) throw invalidConfig(`Group ${group} is not supported for domain specific configurations`);
  if (option === undefined || Object.hasOwn(options, option)) return;
  throw invalidConfig(
    `Option ${option} in group ${group} is not supported for domain specific configurations`,
  );
}

/** That a request's options exist and are those that its path is about. */
export function domainConfigRequire(config: DomainConfig, path: OptionPath = {}): void {
  optionPathRequire(path);
  const groups = Object.entries(config);
  if (groups.length === 0) throw invalidConfig("No options specified");
  for (const [group, options] of groups) {
    const names = Object.keys(options);
    if (names.length === 0)
      throw invalidConfig(
        `The value of group ${group} specified in the config should be a dictionary of options`,
      );
    for (const option of names) optionPathRequire({ group, option });
    const foreign =
      (path.group ?? group) !== group || names.some((option) => (path.option ?? option) !== option);
    if (foreign) {
      throw invalidConfig(
        `Trying to update ${optionPathName(path)}, so that, and only that, must be specified in the config`,
      );
    }
  }
}

/** Keystone's words for it. */
export function optionPathName({ group, option }: OptionPath): string {
  if (option !== undefined) return `option ${option} in group ${group}`;
  return group === undefined ? "any options" : `group ${group}`;
}

function invalidConfig(reason: string): CloudError {
  return new CloudError("forbidden", `Invalid domain specific configuration: ${reason}.`);
}
