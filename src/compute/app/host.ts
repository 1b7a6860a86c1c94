import { CloudError } from "#base/errors.ts";
import { hostDisable, hostFind, hostList, type Host } from "../store/hosts.ts";
import { serverList } from "../store/servers.ts";
import type { Server } from "../domain/server.ts";
import type { ComputeCtx } from "./deps.ts";

/** A host that was silent for longer is down ([DEFAULT] service_down_time of Nova). */
export const hostDownAfterMs = 60_000;

/** `up` as Nova's service state. */
export function hostIsUp(host: Host, now: number): boolean {
  return now - host.seenAt <= hostDownAfterMs;
}

/** Finds by UUID, or by the small number that microversions below 2.53 use. */
export async function hostFetch(ctx: ComputeCtx, id: string, what: string): Promise<Host> {
  const { db } = ctx.deps.database;
  const byNumber = /^\d+$/.test(id)
    ? (await hostList(db)).find((host) => String(host.number) === id)
    : undefined;
  const found = byNumber ?? (await hostFind(db, id));
  if (!found) throw new CloudError("not-found", `${what} ${id} could not be found.`);
  return found;
}

export async function hostsAll(ctx: ComputeCtx): Promise<readonly Host[]> {
  return (await ctx.deps.kept.hosts.get("all")) ?? [];
}

/** All servers on the host, whoever owns them. */
export async function hostServers(ctx: ComputeCtx, host: Host): Promise<Server[]> {
  return serverList(ctx.deps.database.db, { hostId: host.id });
}

/** A disabled host gets no new servers; those it has stay. */
export async function hostSetDisabled(
  ctx: ComputeCtx,
  host: Host,
  setting: { readonly disabled: boolean; readonly reason: string | null },
): Promise<Host> {
  await ctx.deps.database.transaction((tx) => hostDisable(tx, host.id, setting.disabled, setting.reason));
  return { ...host, disabled: setting.disabled, disabledReason: setting.reason };
}
