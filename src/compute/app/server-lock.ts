import type { Server, ServerLock } from "../domain/server.ts";
import type { ComputeCtx } from "./deps.ts";
import { serverChangeAs } from "./server-change.ts";

const rule = (name: string): string => `os_compute_api:os-lock-server:${name}`;

/** Whoever acts from another project than the server's is its administrator (nova.compute.api.API.lock). */
function sideOf(ctx: ComputeCtx, server: Server): ServerLock["by"] {
  return server.projectId === ctx.caller.projectId ? "owner" : "admin";
}

/** A locked server is changed by administrators alone. An owner's lock does not replace an administrator's. */
export async function serverLock(ctx: ComputeCtx, id: string, reason: string | null): Promise<void> {
  await serverChangeAs(ctx, id, rule("lock"), (server) => {
    const by = sideOf(ctx, server);
    return server.lock && by === "owner" ? server : { ...server, lock: { by, reason } };
  });
}

/** Throws `forbidden` when the other side locked it and the caller may not override that. */
export async function serverUnlock(ctx: ComputeCtx, id: string): Promise<void> {
  await serverChangeAs(ctx, id, rule("unlock"), (server) => {
    if (server.lock && server.lock.by !== sideOf(ctx, server)) ctx.enforce(rule("unlock:unlock_override"));
    return { ...server, lock: undefined };
  });
}
