import type { Fixtures } from "./fixtures.ts";

/** What the route table does not say of a good request. */
export interface Example {
  readonly query?: (fixtures: Fixtures) => string;
  readonly headers?: (fixtures: Fixtures) => Readonly<Record<string, string>>;
  /** Instead of the one that is made from the schema. */
  readonly body?: object;
  /** For a body whose fields the schema leaves to the handler: some that are refused with 400. */
  readonly wrongBodies?: readonly object[];
}

const subject = ({ tokens }: Fixtures) => ({ "x-subject-token": tokens.owner });

/** By the row's name; most rows need none. */
export const examples: Readonly<Record<string, Example>> = {
  "identity GET /v3/auth/tokens": { headers: subject },
  "identity HEAD /v3/auth/tokens": { headers: subject },
  "identity DELETE /v3/auth/tokens": { headers: subject },
  "image PATCH /v2/images/:image_id": {
    headers: () => ({ "content-type": "application/openstack-images-v2.1-json-patch" }),
    body: [{ op: "replace", path: "/name", value: "walked" }],
    wrongBodies: [
      { op: "replace" },
      ["text"],
      [{ op: "replace", path: "/name", value: 5 }],
      [{ op: 5, path: "/name", value: "walked" }],
      [{ op: "replace", path: 5, value: "walked" }],
    ],
  },
  "image PUT /v2/images/:image_id/file": {
    headers: () => ({ "content-type": "application/octet-stream" }),
  },
  "compute PUT /v2.1/servers/:id/metadata/:key": { body: { meta: { walked: "yes" } } },
  "compute PUT /v2.1/flavors/:id/os-extra_specs/:key": { body: { walked: "yes" } },
  "placement GET /usages": { query: ({ ownerProjectId }) => `project_id=${ownerProjectId}` },
  "placement GET /allocation_candidates": { query: () => "resources=VCPU:1" },
};
