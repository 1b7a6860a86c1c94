import { serverFind } from "../store/servers.ts";
import type { ComputeCtx } from "./deps.ts";

/**
 * What Nova answers to an event of a server: 404 for one that there is not, 400 when what it is about is missing, 422 when the
 * server is on no host.
 */
export async function serverExternalEventCode(
  ctx: ComputeCtx,
  event: { readonly serverId: string; readonly complete: boolean },
): Promise<200 | 400 | 404 | 422> {
  const server = await serverFind(ctx.deps.database.db, event.serverId);
  if (!server) return 404;
  if (!event.complete) return 400;
  return server.hostId === undefined ? 422 : 200;
}
