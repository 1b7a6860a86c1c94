import type { Command } from "./command.ts";
import { untilStopped } from "./until-stopped.ts";

export const start: Command = {
  summary: "prepares this machine (Debian, root), then as up; npm start",
  description: `Installs the distribution packages that miss, starts libvirt where no service manager does, builds the test
guest once, then starts everything on one machine as "sealstone up" does, with the image sealstone-guest.`,
  async run({ config }) {
    const { prepareHost } = await import("../setup/prepare-host.ts");
    const { guest } = await prepareHost({ log: (line) => console.log(line) });
    const { cloudStart } = await import("../cloud.ts");
    const cloud = await cloudStart({ config, agent: true, guest });
    return untilStopped(() => cloud.stop());
  },
};
