import { errorText } from "#base/errors.ts";
import { commands } from "#bus/index.ts";
import { serverStatePermit } from "../domain/server-action.ts";
import type { ComputeCtx } from "./deps.ts";
import { serverActionRecord } from "./server-action-record.ts";
import { serverFetch, serverLockPermit } from "./server.ts";

const rule = {
  nova: "trigger_crash_dump",
  from: ["active", "paused", "rescued", "resized", "error"],
} as const;

/** Sends the guest a non-maskable interrupt. How that went, the action tells: what the guest makes of it nobody knows. */
export async function serverCrashDump(ctx: ComputeCtx, id: string): Promise<void> {
  const server = await serverFetch(ctx, id, "os_compute_api:servers:trigger_crash_dump");
  serverLockPermit(ctx, server);
  serverStatePermit(server, rule);
  const { hostId = "" } = server;
  const message = { serverId: id, requestId: ctx.requestId };
  const error = await ctx.deps.bus
    .request(commands.domainNmi, message, { hostId, timeoutMs: 30_000 })
    .then(() => undefined, errorText);
  const done = { action: rule.nova, event: "compute_trigger_crash_dump", error };
  await ctx.deps.database.transaction((tx) => serverActionRecord(tx, ctx, server, done));
}
