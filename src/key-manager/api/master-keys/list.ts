import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { masterKeyList } from "../../app/master-key.ts";
import { masterKeyView } from "./view.ts";

/** The oldest first. `remaining`: what an old key has wrapped and the current one has not yet. */
export const masterKeyListOperation = operation({
  handle: async (ctx: KeyManagerCtx) => ({ master_keys: (await masterKeyList(ctx)).map(masterKeyView) }),
});
