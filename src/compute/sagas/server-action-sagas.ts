import type { Saga } from "#saga/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import type { ServerActionName } from "../domain/server-action.ts";
import { serverHardReboot } from "./server-hard-reboot.ts";
import { serverPause } from "./server-pause.ts";
import { serverResume } from "./server-resume.ts";
import { serverSoftReboot } from "./server-soft-reboot.ts";
import { serverStart } from "./server-start.ts";
import type { ServerActionParams } from "./server-steps.ts";
import { serverStop } from "./server-stop.ts";
import { serverSuspend } from "./server-suspend.ts";
import { serverUnpause } from "./server-unpause.ts";
import { serverUnrescue } from "./server-unrescue.ts";

export type { ServerActionParams } from "./server-steps.ts";

/** Of which nothing is to be said but the server. */
export type PlainActionName = Exclude<ServerActionName, "rescue" | "shelve" | "shelveOffload" | "unshelve">;

/** Which saga carries out which action. */
export const serverActionSagas: Readonly<Record<PlainActionName, Saga<ServerActionParams, ComputeSagaDeps>>> =
  {
    start: serverStart,
    stop: serverStop,
    "soft-reboot": serverSoftReboot,
    "hard-reboot": serverHardReboot,
    pause: serverPause,
    unpause: serverUnpause,
    suspend: serverSuspend,
    resume: serverResume,
    unrescue: serverUnrescue,
  };
