import type { Server, ServerLock } from "../domain/server.ts";
import type { ComputeCtx } from "./deps.ts";
import { serverActionRecord } from "./server-action-record.ts";
import { serverChangeAs } from "./server-change.ts";

const rule = (name: string): string => `os_compute_api:os-lock-server:${name}`;

/** Whoever acts from another project than the server's is its administrator (nova.compute.api.API.lock). */
function sideOf(ctx: ComputeCtx, server: Server): ServerLock["by"] {
  return server.projectId === ctx.caller.projectId ? "owner" : "admin";
}

/** A locked server is changed by administrators alone. An owner's lock does not replace an administrator's. */
export async function serverLock(ctx: ComputeCtx, id: string, reason: string | null): Promise<void> {
  const isLocked = (server: Server): boolean => server.lock !== undefined && sideOf(ctx, server) === "owner";
  await serverChangeAs(
    ctx,
    id,
    rule("lock"),
    (server) => (isLocked(server) ? server : { ...server, lock: { by: sideOf(ctx, server), reason } }),
    async (tx, server) => {
      if (isLocked(server)) return;
      await serverActionRecord(tx, ctx, server, { action: "lock", event: "api_lock" });
    },
  );
}

/** Throws `forbidden` when the other side locked it and the caller may not override that. */
export async function serverUnlock(ctx: ComputeCtx, id: string): Promise<void> {
  await serverChangeAs(
    ctx,
    id,
    rule("unlock"),
    (server) => {
      if (server.lock && server.lock.by !== sideOf(ctx, server)) ctx.enforce(rule("unlock:unlock_override"));
      return { ...server, lock: undefined };
    },
    (tx, server) => serverActionRecord(tx, ctx, server, { action: "unlock", event: "api_unlock" }),
  );
}
