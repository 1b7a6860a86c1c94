import type { Database, Kept } from "#db/index.ts";
import type { TokenScope } from "../domain/token.ts";
import type { Standing, StandingQuestion } from "../domain/token-state.ts";
import { standingFind } from "../store/standings.ts";
import type { IdentityDeps } from "./context.ts";

/** In memory until a row of this service changes that is no token. */
export function standingsKept(database: Database): Kept<Standing, StandingQuestion> {
  return database.kept({
    dependsOn: ({ table }) => table.startsWith("identity_") && !table.startsWith("identity_token_"),
    load: (_key, db, { userId, scope }) => standingFind(db, userId, scope),
    limit: 10_000,
  });
}

/** As `standingFind`; at once when it is kept. */
export function standingOf(
  { standings }: Pick<IdentityDeps, "standings">,
  userId: string,
  scope: TokenScope,
): Standing | Promise<Standing | undefined> {
  // What a request may name comes last: kinds and users' ids have no space.
  const key = `${scope.kind} ${userId} ${"id" in scope ? scope.id : ""}`;
  return standings.get(key, { userId, scope });
}
