import type { Db } from "#db/index.ts";
import type { DelegationRef } from "../domain/delegation.ts";
import { rolesExpand } from "../domain/role-expansion.ts";
import type { TokenState } from "../domain/token-state.ts";
import type { NamedRef } from "../domain/token.ts";
import { applicationCredentialFind } from "./application-credentials.ts";
import { roleListEffective } from "./assignments.ts";
import { domainFind } from "./domains.ts";
import { accessTokenFind } from "./oauth1-tokens.ts";
import { implicationList } from "./roles.ts";
import { trustChain } from "./trusts.ts";
import { userFind } from "./users.ts";

/**
 * What a token that was got by a delegation is good for now; `state` is what it would be as its user's own. Undefined
 * when the delegation is gone or covers nothing any more.
 */
export async function delegatedState(
  db: Db,
  state: TokenState,
  ref: DelegationRef,
): Promise<TokenState | undefined> {
  switch (ref.kind) {
    case "application_credential":
      return ofApplicationCredential(db, state, ref.id);
    case "oauth1":
      return ofAccessToken(db, state, ref.id);
    case "trust":
      return ofTrust(db, state, ref.id);
  }
}

/** Keystone: of the credential's roles those that its user still has. */
async function ofApplicationCredential(
  db: Db,
  state: TokenState,
  id: string,
): Promise<TokenState | undefined> {
  const credential = await applicationCredentialFind(db, { id });
  if (!credential) return undefined;
  const { name, unrestricted, accessRules } = credential;
  return {
    ...state,
    roles: state.roles.filter((role) => credential.roleIds.includes(role.id)),
    delegation: { kind: "application_credential", id, name, unrestricted, accessRules },
  };
}

async function ofAccessToken(db: Db, state: TokenState, id: string): Promise<TokenState | undefined> {
  const token = await accessTokenFind(db, id);
  if (!token) return undefined;
  const { roleIds, consumerId } = token;
  const roles = state.roles.filter((role) => roleIds.includes(role.id));
  return { ...state, roles, delegation: { kind: "oauth1", id, consumerId } };
}

/** Keystone: all that the trust lends must still be its trustor's; nobody of the chain may be disabled or gone. */
async function ofTrust(db: Db, state: TokenState, id: string): Promise<TokenState | undefined> {
  const chain = await trustChain(db, id);
  const [trust] = chain;
  const lender = chain.at(-1)?.trustorUserId;
  if (!trust || lender === undefined) return undefined;
  const { trustorUserId, trusteeUserId, projectId, impersonation } = trust;
  const people = new Map<string, TokenPerson>();
  for (const userId of [lender, trustorUserId, ...chain.map((one) => one.trusteeUserId)]) {
    const person = await personFind(db, userId);
    if (!person?.user.enabled || !person.userDomain.enabled) return undefined;
    people.set(userId, person);
  }
  const roles = projectId === undefined ? [] : await rolesLent(db, lender, projectId, trust.roleIds);
  const trustor = impersonation ? people.get(trustorUserId) : undefined;
  const delegation = { kind: "trust", id, trustorUserId, trusteeUserId, impersonation } as const;
  return roles && { ...state, ...trustor, roles, delegation };
}

/** Undefined when one of them is not the lender's any more. */
async function rolesLent(
  db: Db,
  lenderId: string,
  projectId: string,
  roleIds: readonly string[],
): Promise<NamedRef[] | undefined> {
  const wanted = rolesExpand(roleIds, await implicationList(db));
  const own = await roleListEffective(db, lenderId, { kind: "project", id: projectId });
  const lent = own.filter(({ id }) => wanted.has(id));
  return lent.length === wanted.size ? lent : undefined;
}

type TokenPerson = Pick<TokenState, "user" | "userDomain">;

async function personFind(db: Db, userId: string): Promise<TokenPerson | undefined> {
  const user = await userFind(db, userId);
  const domain = user && (await domainFind(db, user.domainId));
  if (!domain) return undefined;
  return {
    user: { id: user.id, name: user.name, enabled: user.enabled },
    userDomain: { id: domain.id, name: domain.name, enabled: domain.enabled },
  };
}
