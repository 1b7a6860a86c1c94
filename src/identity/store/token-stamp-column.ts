import type { Generated } from "kysely";

/** Of users, projects and domains. Empty until tokens were ended with it for the first time; written in `tokens.ts` alone. */
export interface TokenStampColumn {
  token_stamp: Generated<string>;
}
