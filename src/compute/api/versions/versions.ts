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

/** Nova names its first version still. */
function oldestVersion(ctx: ComputeCtx): object {
  return {
    id: "v2.0",
    status: "SUPPORTED",
    version: "",
    min_version: "",
    updated: "2011-01-21T11:33:21Z",
    links: [{ rel: "self", href: `${ctx.baseUrl}/v2/` }],
  };
}

/** GET /: all versions; Nova answers 200 here. */
export const versionList = operation<ComputeDeps>({
  handle: (ctx) => Promise.resolve(new Reply(200, { versions: [oldestVersion(ctx), currentVersion(ctx)] })),
});

function detailed(version: object, type: string): object {
  return { version: { ...version, "media-types": [{ base: "application/json", type }] } };
}

/** GET /v2.1 */
export const versionShow = operation<ComputeDeps>({
  handle: (ctx) =>
    Promise.resolve(detailed(currentVersion(ctx), "application/vnd.openstack.compute+json;version=2.1")),
});

/** GET /v2: only this document; requests go to /v2.1. */
export const versionShowOldest = operation<ComputeDeps>({
  handle: (ctx) =>
    Promise.resolve(detailed(oldestVersion(ctx), "application/vnd.openstack.compute+json;version=2")),
});
