import { CloudError } from "#base/errors.ts";
import { newUuid } from "#base/ids.ts";
import type { Db, Tx } from "#db/index.ts";
import {
  aggregateDelete,
  aggregateFind,
  aggregateHostDelete,
  aggregateHostInsert,
  aggregateInsert,
  aggregateList,
  aggregateUpdate,
  type Aggregate,
} from "../store/aggregates.ts";
import { hostList, type Host } from "../store/hosts.ts";
import { serverListOfHost } from "../store/servers.ts";
import type { ComputeCtx } from "./deps.ts";

/** Throws `invalid` when the id is no number, `not-found` when there is no such aggregate. */
async function fetch(db: Db, id: string): Promise<Aggregate> {
  if (!/^-?\d+$/.test(id)) throw new CloudError("invalid", "Invalid input received: id must be an integer");
  const found = await aggregateFind(db, Number(id));
  if (found) return found;
  throw new CloudError("not-found", `Aggregate ${id} could not be found.`);
}

export async function aggregateFetch(ctx: ComputeCtx, id: string): Promise<Aggregate> {
  return fetch(ctx.deps.database.db, id);
}

export async function aggregatesAll(ctx: ComputeCtx): Promise<Aggregate[]> {
  return aggregateList(ctx.deps.database.db);
}

async function nameCheck(tx: Tx, name: string): Promise<void> {
  if (!(await aggregateList(tx)).some((aggregate) => aggregate.name === name)) return;
  throw new CloudError("already-exists", `Aggregate ${name} already exists.`);
}

export async function aggregateCreate(
  ctx: ComputeCtx,
  input: { readonly name: string; readonly zone: string | undefined },
): Promise<Aggregate> {
  const aggregate = { ...input, uuid: newUuid(), createdAt: ctx.clock.now() };
  return ctx.deps.database.transaction(async (tx) => {
    await nameCheck(tx, input.name);
    const id = await aggregateInsert(tx, aggregate);
    return { ...aggregate, id, metadata: {}, hosts: [], updatedAt: undefined };
  });
}

/** Reads, judges and writes in one transaction; answers the aggregate as it is then. */
async function change(
  ctx: ComputeCtx,
  id: string,
  judge: (tx: Tx, aggregate: Aggregate) => Promise<Aggregate>,
): Promise<Aggregate> {
  return ctx.deps.database.transaction(async (tx) => {
    const changed = { ...(await judge(tx, await fetch(tx, id))), updatedAt: ctx.clock.now() };
    await aggregateUpdate(tx, changed);
    return changed;
  });
}

/** `zone`: null is refused, as in Nova; undefined leaves it. */
export async function aggregateChange(
  ctx: ComputeCtx,
  id: string,
  input: { readonly name: string | undefined; readonly zone: string | null | undefined },
): Promise<Aggregate> {
  return change(ctx, id, async (tx, aggregate) => {
    const { name = aggregate.name, zone } = input;
    if (name !== aggregate.name) await nameCheck(tx, name);
    if (zone === undefined) return { ...aggregate, name };
    return { ...aggregate, name, zone: await zoneForUpdate(tx, aggregate, zone, "update aggregate") };
  });
}

/** Sets keys, takes away those that are null; `availability_zone` is the zone. */
export async function aggregateMetadataSet(
  ctx: ComputeCtx,
  id: string,
  input: Readonly<Record<string, string | null>>,
): Promise<Aggregate> {
  const { availability_zone: zone, ...rest } = input;
  return change(ctx, id, async (tx, aggregate) => {
    const merged = Object.entries({ ...aggregate.metadata, ...rest });
    const metadata: Record<string, string> = {};
    for (const [key, value] of merged) if (value !== null) metadata[key] = value;
    if (zone === undefined) return { ...aggregate, metadata };
    return {
      ...aggregate,
      metadata,
      zone: await zoneForUpdate(tx, aggregate, zone, "update metadata of aggregate"),
    };
  });
}

export async function aggregateRemove(ctx: ComputeCtx, id: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    const aggregate = await fetch(tx, id);
    if (aggregate.hosts.length > 0) {
      throw new CloudError(
        "invalid",
        `Cannot remove host from aggregate ${aggregate.id}. Reason: Host aggregate is not empty.`,
      );
    }
    await aggregateDelete(tx, aggregate.id);
  });
}

async function hostNamed(tx: Tx, hostname: string): Promise<Host | undefined> {
  return (await hostList(tx)).find((host) => host.hostname === hostname);
}

/** A host is in one zone at most, and servers do not change theirs. */
export async function aggregateHostAdd(ctx: ComputeCtx, id: string, hostname: string): Promise<Aggregate> {
  return change(ctx, id, async (tx, aggregate) => {
    const host = await hostNamed(tx, hostname);
    if (!host) throw new CloudError("not-found", `Compute host ${hostname} could not be found.`);
    const refuse = (reason: string): never => {
      throw new CloudError("conflict", `Cannot add host to aggregate ${aggregate.id}. Reason: ${reason}.`);
    };
    const { zone, hosts } = aggregate;
    if (hosts.some((member) => member.id === host.id))
      throw new CloudError("conflict", `Aggregate ${aggregate.id} already has host ${hostname}.`);
    if (zone !== undefined) {
      const others = await otherZones(tx, aggregate, [host]);
      if (others.some((other) => other !== zone))
        refuse(`One or more hosts already in availability zone(s) ${listOf(others)}`);
      const servers = others.includes(zone) ? [] : await serverListOfHost(tx, host.id);
      if (servers.length > 0) refuse(zoneKept("added to", host.zone, zone, servers.length));
    }
    await aggregateHostInsert(tx, aggregate.id, host.id);
    return { ...aggregate, hosts: [...hosts, { id: host.id, hostname }] };
  });
}

export async function aggregateHostRemove(ctx: ComputeCtx, id: string, hostname: string): Promise<Aggregate> {
  return change(ctx, id, async (tx, aggregate) => {
    const member = aggregate.hosts.find((host) => host.hostname === hostname);
    if (!member)
      throw new CloudError("not-found", `Cannot remove host ${hostname} in aggregate ${aggregate.id}`);
    const { zone } = aggregate;
    if (zone !== undefined && !(await otherZones(tx, aggregate, [member])).includes(zone)) {
      const { length } = await serverListOfHost(tx, member.id);
      if (length > 0) {
        throw new CloudError(
          "conflict",
          `Cannot remove host from aggregate ${aggregate.id}. Reason: ${zoneKept("removed from", zone, "nova", length)}.`,
        );
      }
    }
    await aggregateHostDelete(tx, member.id, aggregate.id);
    return { ...aggregate, hosts: aggregate.hosts.filter(({ id: hostId }) => hostId !== member.id) };
  });
}

function zoneKept(what: string, before: string, after: string, servers: number): string {
  return (
    `The host cannot be ${what} the aggregate as the availability zone of the host would change from '${before}' to ` +
    `'${after}' but the host already has ${servers} instance(s). Move or delete them first`
  );
}

const listOf = (names: readonly string[]): string => `[${names.map((name) => `'${name}'`).join(", ")}]`;

/** Zones that other aggregates give to one of the hosts. */
async function otherZones(
  tx: Tx,
  aggregate: Aggregate,
  hosts: readonly { readonly id: string }[],
): Promise<string[]> {
  const shared = (other: Aggregate): boolean =>
    other.id !== aggregate.id && other.hosts.some(({ id }) => hosts.some((host) => host.id === id));
  return (await aggregateList(tx)).filter(shared).flatMap(({ zone }) => (zone === undefined ? [] : [zone]));
}

/** nova.compute.api.AggregateAPI.is_safe_to_update_az */
async function zoneForUpdate(
  tx: Tx,
  aggregate: Aggregate,
  zone: string | null,
  what: string,
): Promise<string> {
  const refuse = (reason: string): CloudError =>
    new CloudError("invalid", `Cannot ${what} ${aggregate.id}. Reason: ${reason}.`);
  if (zone === null || zone === "")
    throw refuse(`Aggregate ${aggregate.name} does not support empty named availability zone`);
  const conflicts = (await otherZones(tx, aggregate, aggregate.hosts)).filter((other) => other !== zone);
  if (conflicts.length > 0)
    throw refuse(`One or more hosts already in availability zone(s) ${listOf(conflicts)}`);
  if (zone !== aggregate.zone) {
    for (const { id } of aggregate.hosts) {
      if ((await serverListOfHost(tx, id)).length > 0)
        throw refuse("One or more hosts contain instances in this zone");
    }
  }
  return zone;
}
