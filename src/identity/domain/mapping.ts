/** Rules that make an identity provider's assertion a user of this cloud. */
export interface Mapping {
  readonly id: string;
  readonly rules: readonly MappingRule[];
  readonly schemaVersion: string;
}

/** When all of `remote` is met, `local` says who it is; `{0}` stands for the values of the first condition that hands on its own. */
export interface MappingRule {
  readonly local: readonly MappingLocal[];
  readonly remote: readonly MappingRemote[];
}

export interface MappingRemote {
  /** Of the assertion. */
  readonly type: string;
  readonly any_one_of?: readonly string[];
  readonly not_any_of?: readonly string[];
  readonly blacklist?: readonly string[];
  readonly whitelist?: readonly string[];
  /** Of the lists: they are regular expressions. */
  readonly regex?: boolean;
}

export interface MappingDomain {
  readonly id?: string;
  readonly name?: string;
}

export interface MappingUser {
  readonly id?: string;
  readonly name?: string;
  readonly email?: string;
  readonly domain?: MappingDomain;
  readonly type?: "ephemeral" | "local";
}

/** A project that the user gets these roles on; it is made when there is none. */
export interface MappingProject {
  readonly name: string;
  readonly roles: readonly { readonly name: string }[];
  readonly domain?: MappingDomain;
}

export interface MappingGroup {
  readonly id?: string;
  readonly name?: string;
  readonly domain?: MappingDomain;
}

export interface MappingLocal {
  readonly user?: MappingUser;
  readonly group?: MappingGroup;
  /** Names of groups of `domain`. */
  readonly groups?: string;
  readonly group_ids?: string;
  readonly projects?: readonly MappingProject[];
  readonly domain?: MappingDomain;
}

/** In 2.0 a rule's `domain` is also its user's and projects', where these name none. */
export const mappingVersions = ["1.0", "2.0"] as const;
