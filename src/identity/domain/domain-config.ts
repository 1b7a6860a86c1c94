import { CloudError } from "#base/errors.ts";

/** Group → option → value. */
export type DomainConfig = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Which part of a configuration: all, a group, or one option of a group. */
export interface ConfigPart {
  readonly group?: string | undefined;
  readonly option?: string | undefined;
}

/** The options that a domain may have of its own, with Keystone's defaults. */
export const configDefaults: DomainConfig = {
  identity: { driver: "sql", list_limit: null },
  ldap: {
    url: "ldap://localhost",
    user: null,
    suffix: "cn=example,cn=com",
    query_scope: "one",
    page_size: 0,
    alias_dereferencing: "default",
    debug_level: null,
    chase_referrals: null,
    user_tree_dn: null,
    user_filter: null,
    user_objectclass: "inetOrgPerson",
    user_id_attribute: "cn",
    user_name_attribute: "sn",
    user_mail_attribute: "mail",
    user_description_attribute: "description",
    user_pass_attribute: "userPassword",
    user_enabled_attribute: "enabled",
    user_enabled_invert: false,
    user_enabled_mask: 0,
    user_enabled_default: "True",
    user_attribute_ignore: ["default_project_id"],
    user_default_project_id_attribute: null,
    user_enabled_emulation: false,
    user_enabled_emulation_dn: null,
    user_enabled_emulation_use_group_config: false,
    user_additional_attribute_mapping: [],
    group_tree_dn: null,
    group_filter: null,
    group_objectclass: "groupOfNames",
    group_id_attribute: "cn",
    group_name_attribute: "ou",
    group_members_are_ids: false,
    group_member_attribute: "member",
    group_desc_attribute: "description",
    group_attribute_ignore: [],
    group_additional_attribute_mapping: [],
    tls_cacertfile: null,
    tls_cacertdir: null,
    use_tls: false,
    tls_req_cert: "demand",
    use_pool: true,
    pool_size: 10,
    pool_retry_max: 3,
    pool_retry_delay: 0.1,
    pool_connection_timeout: -1,
    pool_connection_lifetime: 600,
    use_auth_pool: true,
    auth_pool_size: 100,
    auth_pool_connection_lifetime: 60,
  },
};

/** Those that are never shown. */
export const secretConfigOptions = [{ group: "ldap", option: "password" }] as const;

export function configOptionSecret(group: string, option: string): boolean {
  return secretConfigOptions.some((one) => one.group === group && one.option === option);
}

/** Throws `forbidden`, as Keystone does, for a group or option that no domain has of its own. */
export function configPartRequire({ group, option }: ConfigPart): void {
  if (group === undefined) return;
  const known = Object.hasOwn(configDefaults, group) ? configDefaults[group] : undefined;
  if (!known) throw configInvalid(`Group ${group} is not supported for domain specific configurations`);
  if (option === undefined || Object.hasOwn(known, option) || configOptionSecret(group, option)) return;
  throw configInvalid(
    `Option ${option} in group ${group} is not supported for domain specific configurations`,
  );
}

/** The whole of what a client sent, checked. */
export function configParse(body: unknown): DomainConfig {
  if (!isFilledObject(body)) throw configInvalid("No options specified");
  for (const [group, options] of Object.entries(body)) {
    if (!isFilledObject(options))
      throw configInvalid(
        `The value of group ${group} specified in the config should be a dictionary of options`,
      );
    for (const option of Object.keys(options)) configPartRequire({ group, option });
  }
  return body as DomainConfig;
}

/** A part of a configuration as Keystone answers it: of one option the option alone, else with its group. */
export function configPartOf(config: DomainConfig, { group, option }: ConfigPart): object | undefined {
  if (group === undefined) return Object.keys(config).length > 0 ? config : undefined;
  const options = config[group];
  if (!options) return undefined;
  if (option === undefined) return { [group]: options };
  return Object.hasOwn(options, option) ? { [option]: options[option] } : undefined;
}

export function configInvalid(reason: string): CloudError {
  return new CloudError("forbidden", `Invalid domain specific configuration: ${reason}.`);
}

function isFilledObject(value: unknown): value is object {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
  );
}
