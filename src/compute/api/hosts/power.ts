import { CloudError } from "#base/errors.ts";
import { operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { hostFetchByName } from "../../app/host.ts";

/** GET /os-hosts/{hostname}/{startup,shutdown,reboot}, until 2.42: 501, as from Nova over libvirt. */
export const hostPower = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    const name = params["id"] ?? "";
    await hostFetchByName(ctx, name, `Compute host ${name} could not be found.`);
    throw new CloudError("not-implemented", "The requested functionality is not supported.");
  },
});
