import { CloudError } from "#base/errors.ts";
import type { Tx } from "#db/index.ts";
import type { Server, VmState } from "../domain/server.ts";
import { serverFind, serverRename } from "../store/servers.ts";
import type { ComputeCtx } from "./deps.ts";
import { serverLockPermit, serverPermit } from "./server.ts";

/**
 * Changes what the owner may change at any time: read, judged and written in one transaction, so that no other change
 * is lost; `also` with it, of the server as it was. Answers the server as it was written.
 */
export async function serverChangeAs(
  ctx: ComputeCtx,
  id: string,
  rule: string,
  change: (server: Server) => Server,
  also?: (tx: Tx, server: Server) => Promise<void>,
): Promise<Server> {
  const updatedAt = ctx.clock.now();
  return ctx.deps.database.transaction(async (tx) => {
    const server = await serverFind(tx, id);
    if (!server) throw new CloudError("not-found", `Instance ${id} could not be found.`);
    serverPermit(ctx, server, rule);
    const changed = { ...change(server), updatedAt };
    await serverRename(tx, changed, updatedAt);
    await also?.(tx, server);
    return changed;
  });
}

const changeable: readonly VmState[] = ["active", "paused", "suspended", "stopped"];

/** As `serverChangeAs`, but only in the states in which Nova changes metadata and tags. */
export async function serverChangeRunning(
  ctx: ComputeCtx,
  id: string,
  action: { readonly rule: string; readonly what: string },
  change: (server: Server) => Server,
): Promise<Server> {
  return serverChangeAs(ctx, id, action.rule, (server) => {
    if (action.what.endsWith("metadata")) serverLockPermit(ctx, server);
    if (!changeable.includes(server.vmState)) {
      throw new CloudError(
        "conflict",
        `Cannot '${action.what}' instance ${id} while it is in vm_state ${server.vmState}`,
      );
    }
    return change(server);
  });
}
