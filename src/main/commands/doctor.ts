import type { Command } from "./command.ts";

export const doctor: Command = {
  summary: "says which requirement of the vTPM feature this host misses, and the fix",
  description: `Checks each requirement of the vTPM feature on this host and shows it with ✔ or ✘ and the command that mends it.
Changes nothing. Exit status 1 when something misses.`,
  async run({ config }) {
    const { doctor: examine } = await import("../doctor.ts");
    return (await examine({ config, print: (line) => console.log(line) })).ok ? 0 : 1;
  },
};
