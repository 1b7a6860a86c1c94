import { CloudError, isCloudError } from "#base/errors.ts";
import { commands } from "#bus/index.ts";
import type { Host } from "../store/hosts.ts";
import type { ComputeCtx } from "./deps.ts";
import { hostIsUp } from "./host.ts";

/** What uptime(1) prints on the host. Throws `invalid`, as Nova, for a host that is down. */
export async function hostUptime(ctx: ComputeCtx, host: Host): Promise<string> {
  const unavailable = `Compute service of ${host.hostname} is unavailable at this time.`;
  if (!hostIsUp(host, ctx.clock.now())) throw new CloudError("invalid", unavailable);
  const to = { hostId: host.id, timeoutMs: 10_000 };
  try {
    return (await ctx.deps.bus.request(commands.hostUptime, {}, to)).uptime;
  } catch (cause) {
    if (!isCloudError(cause, "unavailable", "timeout")) throw cause;
    throw new CloudError("invalid", unavailable, { cause });
  }
}

/** The same; null for a host that cannot be asked. */
export async function hostUptimeFind(ctx: ComputeCtx, host: Host): Promise<string | null> {
  return hostUptime(ctx, host).catch((error: unknown) => {
    if (isCloudError(error, "invalid", "not-implemented")) return null;
    throw error;
  });
}
