import type { Static } from "typebox";
import { CloudError } from "#base/errors.ts";
import { commands } from "#bus/index.ts";
import type { Server } from "../domain/server.ts";
import type { ComputeCtx } from "./deps.ts";
import { serverFetch } from "./server.ts";

export type Diagnostics = Static<typeof commands.domainDiagnostics.reply>;

/** What a running server has used. Throws `conflict`, as Nova, for one that does not run. */
export async function serverDiagnostics(
  ctx: ComputeCtx,
  id: string,
): Promise<{ readonly server: Server; readonly found: Diagnostics }> {
  const server = await serverFetch(ctx, id, "os_compute_api:os-server-diagnostics");
  const { hostId } = server;
  if (hostId === undefined) throw new CloudError("conflict", `Instance ${id} is not ready`);
  const message = { serverId: id, requestId: ctx.requestId };
  const to = { hostId, timeoutMs: 30_000 };
  const found = await ctx.deps.bus.request(commands.domainDiagnostics, message, to);
  if (found.powerState === "running") return { server, found };
  throw new CloudError(
    "conflict",
    `Cannot 'get_diagnostics' instance ${id} while it is in power state ${found.powerState}`,
  );
}
