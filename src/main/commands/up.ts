import type { Command } from "./command.ts";
import { untilStopped } from "./until-stopped.ts";

export const up: Command = {
  summary: "everything on one machine: control plane and agent, SQLite, no broker",
  description: `Starts the control plane and one agent in this process and serves until Ctrl-C or SIGTERM.
Servers keep running when it stops and are found again at the next start.
It expects a prepared machine: "sealstone start" (npm start) prepares one; "sealstone doctor" tells what misses.`,
  async run({ config }) {
    const { cloudStart } = await import("../cloud.ts");
    const cloud = await cloudStart({ config, agent: true, guest: undefined });
    return untilStopped(() => cloud.stop());
  },
};
