import type { Db } from "#db/index.ts";
import type { Federation } from "../domain/federation.ts";
import type { TokenState } from "../domain/token-state.ts";
import type { TokenScope } from "../domain/token.ts";
import { roleListWithGroups } from "./assignments.ts";
import { protocolFind } from "./federation-protocols.ts";
import { identityProviderFind } from "./identity-providers.ts";

/**
 * What a token of a user whom an identity provider vouched for is good for now: the groups count as if the user were in
 * them. Undefined when the provider is disabled, or it or its protocol is gone.
 */
export async function federatedState(
  db: Db,
  state: TokenState,
  { federation, scope }: { readonly federation: Federation; readonly scope: TokenScope },
): Promise<TokenState | undefined> {
  const { providerId, protocolId, groupIds } = federation;
  const provider = await identityProviderFind(db, providerId);
  if (!provider?.enabled || !(await protocolFind(db, providerId, protocolId))) return undefined;
  if (scope.kind === "unscoped" || groupIds.length === 0) return { ...state, federation };
  return { ...state, federation, roles: await roleListWithGroups(db, state.user.id, { groupIds, scope }) };
}
