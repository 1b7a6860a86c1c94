import type { Database, Kept } from "#db/index.ts";
import type { TokenScope } from "../domain/token.ts";
import type { Standing } from "../domain/token-state.ts";
import { standingFind } from "../store/standings.ts";

/** By user and scope (`standingKey`), in memory until a row of this service changes that is no token. */
export function standingsKept(database: Database): Kept<Standing> {
  return database.kept({
    dependsOn: ({ table }) => table.startsWith("identity_") && !table.startsWith("identity_token_"),
    load: (key, db) => {
      const [userId, scope] = JSON.parse(key) as [string, TokenScope];
      return standingFind(db, userId, scope);
    },
    limit: 10_000,
  });
}

/** The key says the whole question. */
export function standingKey(userId: string, scope: TokenScope): string {
  return JSON.stringify([userId, scope]);
}
