import type { IdentityCtx } from "../../app/context.ts";

/** Keystone's newest: the API of 2020-04, without the extensions of later minors. */
export function versionView(ctx: IdentityCtx): object {
  return {
    id: "v3.14",
    status: "stable",
    updated: "2020-04-07T00:00:00Z",
    links: [{ rel: "self", href: `${ctx.baseUrl}/v3/` }],
    "media-types": [{ base: "application/json", type: "application/vnd.openstack.identity-v3+json" }],
  };
}
