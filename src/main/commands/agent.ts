import { CloudError } from "#base/errors.ts";
import type { Command } from "./command.ts";

export const agent: Command = {
  summary: "one compute host of a cloud of several (needs NATS; not in this version)",
  description: `The agent of a compute host that is reached over NATS. This version has the bus inside one process only:
"sealstone up" runs control plane and agent together.`,
  run() {
    return Promise.reject(
      new CloudError(
        "not-implemented",
        'an agent on its own needs the NATS transport, which this version does not have; run "sealstone up" for control plane and agent in one process.',
      ),
    );
  },
};
