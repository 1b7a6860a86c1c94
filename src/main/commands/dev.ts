import { CloudError } from "#base/errors.ts";
import type { Command } from "./command.ts";
import { untilStopped } from "./until-stopped.ts";

export const dev: Command = {
  summary: "control plane and simulated hosts, for development; npm run dev",
  description: `Starts the control plane with simulated compute hosts in this process, as an ordinary user on any machine, and serves
until Ctrl-C or SIGTERM. Every API answers and servers live their lives, but nothing boots and no TPM is made.
Its state directory is .sealstone-dev in the checkout, where the hosts keep what they hold too.`,
  ownOptions: {
    hosts: { value: "N", summary: "how many hosts (default: 3)" },
    "command-ms": { value: "N", summary: "how long a host takes for each command (default: 100)" },
  },
  stateName: ".sealstone-dev",
  async run({ config, own }) {
    const hosts = wholeNumber("--hosts", own.texts("hosts").at(-1) ?? "3", { from: 1, to: 10_000 });
    const commandMs = wholeNumber("--command-ms", own.texts("command-ms").at(-1) ?? "100", {
      from: 0,
      to: 60_000,
    });
    const settings = {
      tpmSecretSecurities: config.libvirt.supportedTpmSecretSecurity,
      resumeGuests: config.resumeGuestsStateOnHostBoot,
    };
    const simulated = { hosts, commandMs, settings };
    const { cloudStart } = await import("../cloud.ts");
    const cloud = await cloudStart({ config, agent: false, guest: undefined, simulated });
    return untilStopped(() => cloud.stop());
  },
};

function wholeNumber(option: string, text: string, { from, to }: { from: number; to: number }): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= from && value <= to) return value;
  throw new CloudError(
    "invalid",
    `${option}: found "${text}", allowed is a whole number from ${from} to ${to}.`,
  );
}
