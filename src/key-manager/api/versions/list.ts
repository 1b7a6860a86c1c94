import { atLeast, operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { versionView } from "./view.ts";

export const versionListOperation = operation({
  status: 300,
  handle: async (ctx: KeyManagerCtx) => {
    const values = [versionView(ctx)];
    return { versions: atLeast(ctx, "1.1") ? values : { values } };
  },
});
