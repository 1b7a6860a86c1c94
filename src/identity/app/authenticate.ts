import { CloudError } from "#base/errors.ts";
import { Secret } from "#base/secret.ts";
import type { Database, Db, Kept } from "#db/index.ts";
import type { Caller, Delegation } from "#http/index.ts";
import { tokenHash, type Token, type TokenClaims } from "../domain/token.ts";
import { tokenJudge } from "../domain/token-state.ts";
import { tokenStateFind } from "../store/tokens.ts";
import type { IdentityDeps } from "./context.ts";
import { tokenOpen } from "./token-keys.ts";

/** Tokens by their hash, as the rows of this service make them: kept until one changes, so a revocation holds at once. */
export function tokensKept(
  database: Database,
  { tokenKeys, clock }: Pick<IdentityDeps, "tokenKeys" | "clock">,
): Kept<Token, string> {
  return database.kept({
    // A key that comes, or moves to another box, says nothing of the tokens that there are.
    dependsOn: ({ table, kind }) =>
      table.startsWith("identity_") && !(table === "identity_token_keys" && kind !== "delete"),
    load: async (_hash, db, text: string) => {
      const claims = await tokenOpen({ tokenKeys }, text);
      return claims && tokenRead(db, claims, clock.now());
    },
    limit: 10_000,
  });
}

/** The token with these claims, when it is good now; for transactions, which see what they wrote themselves. */
export async function tokenRead(db: Db, claims: TokenClaims, now: number): Promise<Token | undefined> {
  const state = await tokenStateFind(db, claims);
  return state && tokenJudge(state, now);
}

/** The token when it is good now. `hash`: the text's, which some have already. */
export async function tokenFind(
  deps: Pick<IdentityDeps, "tokens" | "clock">,
  text: string,
  hash = tokenHash(text),
): Promise<Token | undefined> {
  const token = await deps.tokens.get(hash, text);
  return token && token.expiresAt > deps.clock.now() ? token : undefined;
}

/**
 * Who sends this token; at once when it is kept. Throws or rejects with `unauthenticated` when it is unknown, expired, revoked
 * or without effect.
 */
export function callerAuthenticate(
  deps: Pick<IdentityDeps, "tokens" | "clock">,
  text: string,
): Caller | Promise<Caller> {
  const callerOf = (token: Token | undefined): Caller => {
    if (token !== undefined && token.expiresAt > deps.clock.now())
      return { ...bearerOf(token), token: new Secret(text) };
    throw new CloudError("unauthenticated", "The request you have made requires authentication.");
  };
  const token = deps.tokens.get(tokenHash(text), text);
  return token instanceof Promise ? token.then(callerOf) : callerOf(token);
}

const bearers = new WeakMap<Token, Omit<Caller, "token">>();

/** All but the text of a token, which nobody keeps; made once for each. */
function bearerOf(token: Token): Omit<Caller, "token"> {
  const known = bearers.get(token);
  if (known) return known;
  const bearer = {
    userId: token.user.id,
    userName: token.user.name,
    userDomainId: token.user.domain.id,
    projectId: token.project?.id,
    projectName: token.project?.name,
    projectDomainId: token.project?.domain.id,
    domainId: token.domain?.id,
    systemScope: token.systemScope,
    roles: token.roles.map(({ name }) => name),
    delegation: delegationOf(token),
    // Most callers are as small as before: a copy of this is made for each request.
    ...(token.federation ? { groupIds: token.federation.groupIds } : {}),
  };
  bearers.set(token, bearer);
  return bearer;
}

function delegationOf({ delegation }: Token): Delegation | undefined {
  if (!delegation) return undefined;
  const { kind, id } = delegation;
  if (kind !== "application_credential") return { kind, id, unrestricted: false, accessRules: undefined };
  const { unrestricted, accessRules } = delegation;
  return { kind, id, unrestricted, accessRules };
}
