import { CloudError } from "#base/errors.ts";
import type { Db, Tx } from "#db/index.ts";
import { tpmRequiredTraits, type TpmConstraint } from "#vtpm/index.ts";
import { resourcesOfFlavor } from "../domain/flavor-resources.ts";
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
  readonly flavor: Parameters<typeof resourcesOfFlavor>[0];
  readonly tpm: TpmConstraint | undefined;
}

/** Chooses in the transaction that inserts the server, so that two requests see each other. */
export type ServerPlacing = (tx: Tx, serverId: string) => Promise<string | undefined>;

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
  const { hostId, among } = input.destination;
  const group = await groupOf(ctx, hints.group);
  const most = (await quotaLimitsOfCaller(ctx)).server_group_members;
  const hinted = group !== undefined || hints.sameHost !== undefined || hints.differentHost.length > 0;
  if (!hinted && among === undefined) return () => Promise.resolve(hostId);
  const hosts = hostId === undefined ? await hostsWithRoom(ctx, needs) : [hostId];
  const within = among && new Set(among.map(({ id }) => id));
  const candidates = within === undefined ? hosts : hosts.filter((id) => within.has(id));
  // A zone that is full: the server is accepted and fails as on a full host.
  if (!hinted) return () => Promise.resolve(candidates[0] ?? among?.[0]?.id);
  return async (tx, serverId) => {
    const members = group === undefined ? [] : await serverGroupMembers(tx, group.id);
    if (group !== undefined && hints.isMember !== true) {
      if (members.length + 1 > quotaAmount(most))
        throw new CloudError("quota", "Quota exceeded, too many servers in group");
      await serverGroupMemberInsert(tx, group.id, serverId);
    }
    const neighbours = await neighboursOf(tx, ctx.caller.projectId, { hints, group, members });
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
async function hostsWithRoom(ctx: ComputeCtx, needs: ServerNeeds): Promise<string[]> {
  const { database, placement } = ctx.deps;
  const candidates = await placement.candidatesFind({
    resources: resourcesOfFlavor(needs.flavor),
    requiredTraits: needs.tpm ? [...tpmRequiredTraits(needs.tpm)] : [],
  });
  const room = new Set(candidates.map(({ providerUuid }) => providerUuid));
  const now = ctx.clock.now();
  const usable = (await hostList(database.db)).filter(
    (host) => !host.disabled && hostIsUp(host, now) && room.has(host.id),
  );
  return usable
    .map(({ id }) => ({ id, at: Math.random() }))
    .toSorted((left, right) => left.at - right.at)
    .map(({ id }) => id);
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
