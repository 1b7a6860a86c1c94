import type { Db } from "#db/index.ts";
import type { DelegationRef } from "../domain/delegation.ts";
import type { TokenState } from "../domain/token-state.ts";
import { applicationCredentialFind } from "./application-credentials.ts";
import { accessTokenFind } from "./oauth1-tokens.ts";

/**
 * What a token that was got by a delegation is good for now; `state` is what it would be as its user's own. Undefined
 * when the delegation is gone or covers nothing any more.
 */
export async function delegatedState(
  db: Db,
  state: TokenState,
  ref: DelegationRef,
): Promise<TokenState | undefined> {
  if (ref.kind === "application_credential") return ofApplicationCredential(db, state, ref.id);
  if (ref.kind === "oauth1") return ofAccessToken(db, state, ref.id);
  return undefined;
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
