import { CloudError } from "#base/errors.ts";
import { commands } from "#bus/index.ts";
import type { ComputeCtx } from "./deps.ts";
import { serverFetch } from "./server.ts";

/** What Nova takes out: all control characters but tabulators and line feeds. */
// oxlint-disable-next-line no-control-regex -- these are what is meant
const controls = /[\x00-\x08\x0B-\x1F]/g;

/** The end of the console's log: all that is kept, or the last `lines`. */
export async function consoleOutput(ctx: ComputeCtx, id: string, lines: number | undefined): Promise<string> {
  const server = await serverFetch(ctx, id, "os_compute_api:os-console-output");
  if (server.hostId === undefined) {
    throw new CloudError("conflict", `Instance ${id} is not ready: it is on no host yet.`);
  }
  const message = { serverId: id, requestId: ctx.requestId, ...(lines === undefined ? {} : { lines }) };
  const { output } = await ctx.deps.bus.request(commands.consoleRead, message, {
    hostId: server.hostId,
    timeoutMs: 30_000,
  });
  return output.replaceAll(controls, "");
}
