import { existsSync, readFileSync, rmSync } from "node:fs";
import { sleep } from "#base/clock.ts";
import type { SagaMoment } from "#saga/index.ts";

/**
 * For tests of crashes: SEALSTONE_KILL_AT names a file, and when it holds the name of a saga's moment
 * (`server-create:disks:after`) that comes, the file goes and the process dies as by kill -9. Undefined without the variable.
 */
export function killAtMoment(env: Readonly<Record<string, string | undefined>>): SagaMoment | undefined {
  const path = env["SEALSTONE_KILL_AT"];
  if (path === undefined) return undefined;
  return async (moment) => {
    if (!existsSync(path) || readFileSync(path, "utf8").trim() !== moment) return;
    rmSync(path);
    process.kill(process.pid, "SIGKILL");
    // Nothing more happens until the signal is there.
    await sleep(60_000);
  };
}
