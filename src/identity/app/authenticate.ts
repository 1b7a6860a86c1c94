import { CloudError } from "#base/errors.ts";
import { Secret } from "#base/secret.ts";
import type { Db } from "#db/index.ts";
import type { Caller, Delegation } from "#http/index.ts";
import { tokenHash, type Token } from "../domain/token.ts";
import { tokenJudge } from "../domain/token-state.ts";
import { tokenStateFind } from "../store/tokens.ts";
import type { IdentityDeps } from "./context.ts";

/** The token when it is good now; nothing is cached, so a revocation holds at once and on every replica. */
export async function tokenFind(db: Db, text: string, now: number): Promise<Token | undefined> {
  const state = await tokenStateFind(db, tokenHash(text));
  return state && tokenJudge(state, now);
}

/** Who sends this token. Throws `unauthenticated` when it is unknown, expired, revoked or without effect. */
export async function callerAuthenticate(
  deps: Pick<IdentityDeps, "database" | "clock">,
  text: string,
): Promise<Caller> {
  const token = await tokenFind(deps.database.db, text, deps.clock.now());
  if (!token) throw new CloudError("unauthenticated", "The request you have made requires authentication.");
  return {
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
    token: new Secret(text),
  };
}

function delegationOf({ delegation }: Token): Delegation | undefined {
  if (!delegation) return undefined;
  const { kind, id } = delegation;
  if (kind !== "application_credential") return { kind, id, unrestricted: false, accessRules: undefined };
  const { unrestricted, accessRules } = delegation;
  return { kind, id, unrestricted, accessRules };
}
