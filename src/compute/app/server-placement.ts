import { CloudError } from "#base/errors.ts";
import type { Db, Tx } from "#db/index.ts";
import type { TpmConstraint } from "#vtpm/index.ts";
import { placementNeeds } from "../domain/placement-needs.ts";
import { hostCandidatesOf } from "./host-candidates.ts";
import { hostsPermitted, type Neighbours } from "../domain/placement-hints.ts";
import { quotaAmount } from "../domain/quota.ts";
import type { Server } from "../domain/server.ts";
import { hostList } from "../store/hosts.ts";
import {
  serverGroupFind,
  serverGroupMemberInsert,
  serverGroupMembers,
  type ServerGroup,
} from "../store/server-groups.ts";
import { serverFind } from "../store/servers.ts";
import type { ComputeCtx } from "./deps.ts";
import { hostIsUp } from "./host.ts";
import { quotaLimitsOfCaller } from "./quota.ts";
import type { Destination } from "./server-destination.ts";

/** Scheduler hints: ids of a server group and of servers. */
export interface HintsInput {
  readonly group: string | undefined;
  readonly sameHost: readonly string[] | undefined;
  readonly differentHost: readonly string[];
  /** The server is in the group already: it comes back. */
  readonly isMember?: boolean;
}

/** What a host must have for it. */
export interface ServerNeeds {
  readonly flavor: Parameters<typeof placementNeeds>[0]["flavor"];
  readonly image: Parameters<typeof placementNeeds>[0]["image"];
  readonly tpm: TpmConstraint | undefined;
  /** How many such servers the request makes at the most; absent: one. */
  readonly count?: number;
}

/**
 * Chooses in the transaction that inserts the server, so that two requests see each other. `earlier`: what was chosen for those
 * that the request made before it.
 */
export type ServerPlacing = (
  tx: Tx,
  serverId: string,
  earlier?: readonly (string | undefined)[],
) => Promise<string | undefined>;

interface HostWithRoom {
  readonly id: string;
  /** For how many servers of the request. */
  readonly room: number;
}

/**
 * Prepares the choice of a host: what is answered chooses it, or leaves it to the saga with undefined. Throws `invalid`
 * for a group that does not exist.
 */
export async function serverPlacing(
  ctx: ComputeCtx,
  input: { readonly destination: Destination; readonly hints: HintsInput },
  needs: ServerNeeds,
): Promise<ServerPlacing> {
  const { hints } = input;
  const { hostId, zone } = input.destination;
  const group = await groupOf(ctx, hints.group);
  const most = (await quotaLimitsOfCaller(ctx)).server_group_members;
  const hinted = group !== undefined || hints.sameHost !== undefined || hints.differentHost.length > 0;
  if (!hinted) return () => Promise.resolve(hostId);
  const hosts: readonly HostWithRoom[] =
    hostId === undefined
      ? await hostsWithRoom(ctx, needs, zone)
      : [{ id: hostId, room: Number.POSITIVE_INFINITY }];
  return async (tx, serverId, earlier = []) => {
    const members = group === undefined ? [] : await serverGroupMembers(tx, group.id);
    if (group !== undefined && hints.isMember !== true) {
      if (members.length + 1 > quotaAmount(most))
        throw new CloudError("quota", "Quota exceeded, too many servers in group");
      await serverGroupMemberInsert(tx, group.id, serverId);
    }
    const neighbours = await neighboursOf(tx, ctx.caller.projectId, { hints, group, members });
    const taken = (host: string): number => earlier.filter((chosen) => chosen === host).length;
    const candidates = hosts.filter(({ id, room }) => taken(id) < room).map(({ id }) => id);
    const [chosen] = hostsPermitted(candidates, neighbours);
    if (chosen !== undefined) return chosen;
    throw new CloudError(
      "no-capacity",
      "No valid host was found. No host that has room satisfies the server group or the scheduler hints.",
    );
  };
}

async function groupOf(ctx: ComputeCtx, id: string | undefined): Promise<ServerGroup | undefined> {
  if (id === undefined) return undefined;
  const group = await serverGroupFind(ctx.deps.database.db, id);
  if (group && (group.project_id === ctx.caller.projectId || ctx.allows("context_is_admin"))) return group;
  throw new CloudError("invalid", `Instance group ${id} could not be found.`);
}

/** Hosts that would do now, shuffled, so that requests at the same time do not all want the first. */
async function hostsWithRoom(
  ctx: ComputeCtx,
  { count = 1, ...server }: ServerNeeds,
  zone: string | undefined,
): Promise<HostWithRoom[]> {
  const { database, placement } = ctx.deps;
  const needs = placementNeeds(server);
  const one = Object.entries(needs.resources);
  const rooms = new Map<string, number>();
  for (let room = 1; room <= count; room += 1) {
    const resources = Object.fromEntries(one.map(([name, amount]) => [name, amount * room]));
    const candidates = await hostCandidatesOf(placement, { ...needs, resources });
    if (candidates.length === 0) break;
    for (const { providerUuid } of candidates) rooms.set(providerUuid, room);
  }
  const now = ctx.clock.now();
  return (await hostList(database.db))
    .filter((host) => !host.disabled && hostIsUp(host, now) && (zone === undefined || host.zone === zone))
    .map(({ id }) => ({ id, room: rooms.get(id) ?? 0, at: Math.random() }))
    .filter(({ room }) => room > 0)
    .toSorted((left, right) => left.at - right.at);
}

async function neighboursOf(
  db: Db,
  projectId: string | undefined,
  from: {
    readonly hints: HintsInput;
    readonly group: ServerGroup | undefined;
    readonly members: readonly string[];
  },
): Promise<Neighbours> {
  const { hints, group, members } = from;
  // Where other projects' servers are is nobody's business: they are nowhere.
  const hostsOf = async (ids: readonly string[]): Promise<string[]> => {
    const hosts: string[] = [];
    for (const id of ids) {
      const server = await serverFind(db, id);
      const host = server?.projectId === projectId || ids === members ? server && placeOf(server) : undefined;
      if (host !== undefined) hosts.push(host);
    }
    return hosts;
  };
  const rules = JSON.parse(group?.rules ?? "{}") as { readonly max_server_per_host?: number };
  return {
    group: group && {
      policy: group.policy,
      maxServersPerHost: rules.max_server_per_host ?? 1,
      memberHosts: await hostsOf(members),
    },
    sameHosts: hints.sameHost && (await hostsOf(hints.sameHost)),
    differentHosts: await hostsOf(hints.differentHost),
  };
}

/** A server that is being made has no host yet, but one that it will go to. */
function placeOf(server: Server): string | undefined {
  return server.hostId ?? (server.vmState === "building" ? server.destinationId : undefined);
}
