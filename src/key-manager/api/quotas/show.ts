import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { quotasFetch } from "../../app/quota.ts";

/** What counts for the caller's project: its own limits, else the defaults. */
export const quotasShowOperation = operation({
  handle: async (ctx: KeyManagerCtx) => ({ quotas: await quotasFetch(ctx) }),
});
