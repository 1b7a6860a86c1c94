import { CloudError } from "#base/errors.ts";
import { operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { extensions } from "./table.ts";

function view([alias, name, description]: (typeof extensions)[number]): object {
  return {
    alias,
    name,
    description,
    links: [],
    // One for all since v2.1, where extensions became the API itself.
    namespace: "http://docs.openstack.org/compute/ext/fake_xml",
    updated: "2014-12-03T00:00:00Z",
  };
}

/** GET /extensions */
export const extensionList = operation<ComputeDeps>({
  handle: () => Promise.resolve({ extensions: extensions.map(view) }),
});

/** GET /extensions/{alias} */
export const extensionShow = operation<ComputeDeps>({
  handle: (_ctx, { params }) => {
    const found = extensions.find(([alias]) => alias === params["alias"]);
    if (!found) throw new CloudError("not-found", "The resource could not be found.");
    return Promise.resolve({ extension: view(found) });
  },
});
