import { operation, Reply } from "#http/index.ts";
import type { ComputeCtx, ComputeDeps } from "../../app/deps.ts";

/** The range that clients may negotiate. */
export const computeMicroversions = {
  min: "2.1",
  max: "2.96",
  default: "2.1",
  legacyHeader: "X-OpenStack-Nova-API-Version",
} as const;

function currentVersion(ctx: ComputeCtx): object {
  return {
    id: "v2.1",
    status: "CURRENT",
    version: computeMicroversions.max,
    min_version: computeMicroversions.min,
    updated: "2013-07-23T11:33:21Z",
    links: [{ rel: "self", href: `${ctx.baseUrl}/v2.1/` }],
  };
}

/** GET /: all versions; Nova answers 200 here. */
export const versionList = operation<ComputeDeps>({
  handle: (ctx) => Promise.resolve(new Reply(200, { versions: [currentVersion(ctx)] })),
});

/** GET /v2.1 */
export const versionShow = operation<ComputeDeps>({
  handle: (ctx) => {
    const version = {
      ...currentVersion(ctx),
      "media-types": [
        { base: "application/json", type: "application/vnd.openstack.compute+json;version=2.1" },
      ],
    };
    return Promise.resolve({ version });
  },
});
