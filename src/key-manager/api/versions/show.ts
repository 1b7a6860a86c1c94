import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { versionView } from "./view.ts";

export const versionShowOperation = operation({
  handle: async (ctx: KeyManagerCtx) => ({ version: versionView(ctx) }),
});
