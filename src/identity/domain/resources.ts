/** Attributes that Keystone keeps without knowing them, such as a user's `email`. */
export type Extra = Readonly<Record<string, unknown>>;

export interface Domain {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly tags: readonly string[];
  readonly extra: Extra;
  readonly immutable: boolean;
}

export interface Project {
  readonly id: string;
  readonly domainId: string;
  readonly parentId: string;
  readonly name: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly tags: readonly string[];
  readonly extra: Extra;
  /** Keystone's resource option: neither changed nor deleted while it is set. */
  readonly immutable: boolean;
  /** True: a domain, seen as the root of its projects; its domain and parent are itself. */
  readonly isDomain?: boolean;
}

export function domainAsProject(domain: Domain): Project {
  const { id } = domain;
  return { ...domain, domainId: id, parentId: id, isDomain: true };
}

/** Keystone's options of a user that say yes or no. Those about lockout, expiry and inactivity are kept, and matter once there is such a thing. */
export const userSwitches = [
  "ignore_change_password_upon_first_use",
  "ignore_password_expiry",
  "ignore_lockout_failure_attempts",
  "ignore_user_inactivity",
  "lock_password",
  "multi_factor_auth_enabled",
] as const;

export type UserOptions = Readonly<Partial<Record<(typeof userSwitches)[number], boolean>>> & {
  readonly multi_factor_auth_rules?: readonly (readonly string[])[];
};

export interface User {
  readonly id: string;
  readonly domainId: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly defaultProjectId: string | undefined;
  /** PHC string; undefined: nobody can sign in as this user. */
  readonly passwordHash: string | undefined;
  readonly options: UserOptions;
  readonly extra: Extra;
}

export interface Group {
  readonly id: string;
  readonly domainId: string;
  readonly name: string;
  readonly description: string;
  readonly extra: Extra;
}

export interface Role {
  readonly id: string;
  readonly name: string;
  /** Undefined: a role of the whole cloud. */
  readonly domainId: string | undefined;
  readonly description: string | undefined;
  readonly extra: Extra;
  /** Keystone's resource option: neither changed nor deleted while it is set. */
  readonly immutable: boolean;
}

/** Where Keystone puts what names no domain. */
export const defaultDomainId = "default";
