import { atLeast } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { microversions } from "../../domain/microversions.ts";

/** At 1.0 the form for clients that know no microversions (barbican.api.controllers.versions). */
export function versionView(ctx: KeyManagerCtx): object {
  const links = [
    { rel: "self", href: `${ctx.baseUrl}/v1/` },
    { rel: "describedby", type: "text/html", href: "https://docs.openstack.org/" },
  ];
  if (atLeast(ctx, "1.1"))
    return {
      id: "v1",
      status: "CURRENT",
      min_version: microversions.min,
      max_version: microversions.max,
      links,
    };
  return {
    id: "v1",
    status: "stable",
    links,
    "media-types": [{ base: "application/json", type: "application/vnd.openstack.key-manager-v1+json" }],
  };
}
