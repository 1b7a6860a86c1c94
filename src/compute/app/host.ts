import { CloudError } from "#base/errors.ts";
import type { Db } from "#db/index.ts";
import { aggregateHostDelete } from "../store/aggregates.ts";
import { hostDelete, hostFind, hostList, hostSet, type Host, type HostSetting } from "../store/hosts.ts";
import { serverListOfHost } from "../store/servers.ts";
import type { Server } from "../domain/server.ts";
import type { ComputeCtx } from "./deps.ts";

/** A host that was silent for longer is down ([DEFAULT] service_down_time of Nova). */
export const hostDownAfterMs = 60_000;

/** `up` as Nova's service state. */
export function hostIsUp(host: Host, now: number): boolean {
  return !host.forcedDown && now - host.seenAt <= hostDownAfterMs;
}

/** Finds by UUID or, when `by` says so, by the small number that clients older than 2.53 use. */
export async function hostFetch(
  ctx: ComputeCtx,
  id: string,
  how: { readonly by: "uuid" | "number"; readonly what: string },
): Promise<Host> {
  const { db } = ctx.deps.database;
  const found =
    how.by === "uuid"
      ? await hostFind(db, id.toLowerCase())
      : (await hostList(db)).find((host) => String(host.number) === id);
  if (found) return found;
  throw new CloudError("not-found", `${how.what} ${id} could not be found.`);
}

/** Throws `not-found` with the message. */
export async function hostFetchByName(ctx: ComputeCtx, hostname: string, message: string): Promise<Host> {
  const found = (await hostList(ctx.deps.database.db)).find((host) => host.hostname === hostname);
  if (found) return found;
  throw new CloudError("not-found", message);
}

export async function hostsAll(ctx: ComputeCtx): Promise<readonly Host[]> {
  return (await ctx.deps.kept.hosts.get("all")) ?? [];
}

/** All hosts by their id. */
export async function hostsById(ctx: ComputeCtx): Promise<ReadonlyMap<string, Host>> {
  return new Map((await hostsAll(ctx)).map((host) => [host.id, host]));
}

/** All servers on the host, whoever owns them. */
export async function hostServers(ctx: ComputeCtx, host: Host): Promise<Server[]> {
  return serverListOfHost(ctx.deps.database.db, host.id);
}

/** A host that is disabled or forced down gets no new servers; those it has stay. */
export async function hostChange(ctx: ComputeCtx, host: Host, setting: HostSetting): Promise<Host> {
  return ctx.deps.database.transaction(async (tx) => {
    await hostSet(tx, host.id, setting);
    return (await hostFind(tx, host.id)) ?? host;
  });
}

/** Forgets a host that has no servers, here and in Placement; it comes back when its agent starts again. */
export async function hostRemove(ctx: ComputeCtx, host: Host): Promise<void> {
  const refuse = async (db: Db): Promise<void> => {
    if ((await serverListOfHost(db, host.id)).length === 0) return;
    throw new CloudError(
      "conflict",
      "Unable to delete compute service that is hosting instances. Migrate or delete the instances first.",
    );
  };
  await refuse(ctx.deps.database.db);
  // First: Placement refuses when a server is on its way here.
  await ctx.deps.placement.providerRemove(host.id);
  await ctx.deps.database.transaction(async (tx) => {
    await refuse(tx);
    await aggregateHostDelete(tx, host.id);
    await hostDelete(tx, host.id);
  });
}
