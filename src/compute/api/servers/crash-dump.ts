import { Type } from "typebox";
import { operation, Reply } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { serverCrashDump } from "../../app/server-crash-dump.ts";

/** POST /servers/{id}/action {"trigger_crash_dump": null}, since 2.17 */
export const serverTriggerCrashDump = operation({
  body: Type.Object({ trigger_crash_dump: Type.Null() }, { additionalProperties: false }),
  handle: async (ctx: ComputeCtx, { params }) => {
    await serverCrashDump(ctx, params["id"] ?? "");
    return new Reply(202);
  },
});
