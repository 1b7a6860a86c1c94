import { operation } from "#http/index.ts";
import type { AuditCtx } from "../../app/deps.ts";

function versionView(baseUrl: string): object {
  return {
    id: "v1.0",
    status: "CURRENT",
    updated: "2026-11-24T00:00:00Z",
    links: [{ rel: "self", href: `${baseUrl}/v1` }],
  };
}

export const versionList = operation({
  handle: async (ctx: AuditCtx) => ({ versions: [versionView(ctx.baseUrl)] }),
});

export const versionShow = operation({
  handle: async (ctx: AuditCtx) => ({ version: versionView(ctx.baseUrl) }),
});
