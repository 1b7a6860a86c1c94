import { operation, Reply } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { masterKeyRotate } from "../../app/master-key.ts";
import { masterKeyView } from "./view.ts";

/** A rotation: there is a new key, and `remaining` values move to it. */
export const masterKeyCreateOperation = operation({
  handle: async (ctx: KeyManagerCtx) => {
    return new Reply(202, { master_key: masterKeyView(await masterKeyRotate(ctx)) });
  },
});
