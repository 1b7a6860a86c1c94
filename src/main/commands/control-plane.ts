import type { Command } from "./command.ts";
import { untilStopped } from "./until-stopped.ts";

export const controlPlane: Command = {
  summary: "the API alone, with no host",
  description: `Starts identity, image, placement, key manager and compute on one port, with no compute host, and
serves until Ctrl-C or SIGTERM. The administrator's and the demo user's openrc files are in the state directory.`,
  async run({ config }) {
    const { cloudStart } = await import("../cloud.ts");
    const cloud = await cloudStart({ config, agent: false, guest: undefined });
    return untilStopped(() => cloud.stop());
  },
};
