import { unreachable } from "#base/errors.ts";
import type { TokenDelegation } from "./delegation.ts";
import type { Federation, ServiceProviderRef } from "./federation.ts";
import type { NamedRef, Token, TokenScope } from "./token.ts";

/** Whose standing, and where. */
export interface StandingQuestion {
  readonly userId: string;
  readonly scope: TokenScope;
}

/** What decides whether a user may have a token for a scope. */
export interface Standing {
  readonly user: NamedRef & { readonly enabled: boolean };
  readonly userDomain: NamedRef & { readonly enabled: boolean };
  /** Of a project scope; undefined when the project is gone. */
  readonly project: (NamedRef & { readonly enabled: boolean }) | undefined;
  /** The project's domain, or the domain of a domain scope. */
  readonly scopeDomain: (NamedRef & { readonly enabled: boolean }) | undefined;
  readonly roles: readonly NamedRef[];
  /** Of the whole cloud: every token shows them. */
  readonly serviceProviders: readonly ServiceProviderRef[];
  /** Those of the user, the user's domain, the project and its domain: a token is good while it is what it was then. */
  readonly stamp: string;
  /** Of the user; it need not exist. */
  readonly defaultProjectId: string | undefined;
  /** Of the user: all methods of one of them are needed for a token; none: any method will do. */
  readonly multiFactorRules: readonly (readonly string[])[];
}

/** What the database knows of a token, before it is judged. */
export interface TokenState extends Omit<Standing, "defaultProjectId" | "multiFactorRules" | "stamp"> {
  readonly scopeKind: TokenScope["kind"];
  readonly delegation?: TokenDelegation | undefined;
  readonly federation?: Federation | undefined;
  readonly methods: readonly string[];
  readonly auditIds: readonly string[];
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/**
 * Keystone's rules of a valid token: not expired; user, project and their domains enabled; a scope
 * needs at least one role that the user has there today.
 */
export function tokenJudge(state: TokenState, now: number): Token | undefined {
  if (state.expiresAt <= now || !state.user.enabled || !state.userDomain.enabled) return undefined;
  if (state.scopeKind !== "unscoped" && state.roles.length === 0) return undefined;
  const scope = scopeJudge(state);
  if (!scope) return undefined;
  const { id, name } = state.user;
  return {
    user: { id, name, domain: named(state.userDomain) },
    project: scope.project,
    domain: scope.domain,
    systemScope: state.scopeKind === "system",
    delegation: state.delegation,
    federation: state.federation,
    serviceProviders: state.serviceProviders,
    roles: state.roles,
    methods: state.methods,
    auditIds: state.auditIds,
    issuedAt: state.issuedAt,
    expiresAt: state.expiresAt,
  };
}

const nowhere = { project: undefined, domain: undefined };

function scopeJudge({
  scopeKind,
  project,
  scopeDomain,
}: TokenState): Pick<Token, "project" | "domain"> | undefined {
  switch (scopeKind) {
    case "unscoped":
    case "system":
      return nowhere;
    case "project": {
      if (!project?.enabled || !scopeDomain?.enabled) return undefined;
      const { id, name } = project;
      return { project: { id, name, domain: named(scopeDomain) }, domain: undefined };
    }
    case "domain":
      return scopeDomain?.enabled ? { project: undefined, domain: named(scopeDomain) } : undefined;
    default:
      return unreachable(scopeKind);
  }
}

/** Whether the user may have a token for this project. */
export function standingIsGood({ user, userDomain, project, scopeDomain, roles }: Standing): boolean {
  const isEnabled = [user, userDomain, project, scopeDomain].every((one) => one?.enabled === true);
  return isEnabled && roles.length > 0;
}

function named({ id, name }: NamedRef): NamedRef {
  return { id, name };
}
