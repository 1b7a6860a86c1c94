import { CloudError } from "#base/errors.ts";
import { programRun, ProgramError } from "./run-program.ts";

/** What uptime(1) prints, as Nova's libvirt driver answers it: clients read time, users and load out of it. */
export async function uptimeRead(): Promise<{ readonly uptime: string }> {
  try {
    return { uptime: (await programRun("uptime", [])).trimEnd() };
  } catch (cause) {
    if (!(cause instanceof ProgramError && cause.missing)) throw cause;
    throw new CloudError("not-implemented", "The host has no uptime program: install procps there.", {
      cause,
    });
  }
}
