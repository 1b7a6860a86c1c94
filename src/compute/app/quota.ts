import { CloudError } from "#base/errors.ts";
import type { Db } from "#db/index.ts";
import { quotaAmount, quotaDefaults, type QuotaLimits, type QuotaResource } from "../domain/quota.ts";
import { keypairList } from "../store/keypairs.ts";
import { quotaDelete, quotaList, quotaSet, type QuotaOwner } from "../store/quotas.ts";
import { serverGroupList } from "../store/server-groups.ts";
import { serverUsage } from "../store/servers.ts";
import type { ComputeCtx } from "./deps.ts";

export interface QuotaSubject {
  readonly projectId: string;
  /** Limits of this user within the project. */
  readonly userId?: string | undefined;
}

function ownerOf(subject: QuotaSubject): QuotaOwner {
  const { projectId, userId } = subject;
  return { kind: userId === undefined ? "project" : "user", owner_id: projectId, user_id: userId ?? "" };
}

/** A class's limits; `default` is the one that holds for all projects. */
export async function quotaClassLimits(db: Db, name: string): Promise<QuotaLimits> {
  return { ...quotaDefaults, ...(await quotaList(db, { kind: "class", owner_id: name, user_id: "" })) };
}

/** User over project over class `default` over what is built in. */
export async function quotaLimits(db: Db, subject: QuotaSubject): Promise<QuotaLimits> {
  return {
    ...(await quotaClassLimits(db, "default")),
    ...(await quotaList(db, ownerOf({ projectId: subject.projectId }))),
    ...(subject.userId === undefined ? {} : await quotaList(db, ownerOf(subject))),
  };
}

/** What holds for a request of the caller; without a project the defaults. */
export async function quotaLimitsOfCaller(ctx: ComputeCtx): Promise<QuotaLimits> {
  const { projectId, userId } = ctx.caller;
  const { db } = ctx.deps.database;
  return projectId === undefined ? quotaClassLimits(db, "default") : quotaLimits(db, { projectId, userId });
}

/** Throws `forbidden`, in Nova's words, for more metadata than the quota lets a server have. */
export function serverMetadataPermit(metadata: Readonly<Record<string, string>>, most: number): void {
  if (Object.keys(metadata).length > quotaAmount(most))
    throw new CloudError("forbidden", `Maximum number of metadata items exceeds ${most}`);
}

/** What counts against limits; everything else is limited per request, so 0. */
export async function quotaUsage(db: Db, subject: QuotaSubject): Promise<QuotaLimits> {
  const used = await serverUsage(db, { projectId: subject.projectId, userId: subject.userId });
  const groups = await serverGroupList(db, subject);
  const nothing = Object.fromEntries(Object.keys(quotaDefaults).map((name) => [name, 0]));
  return {
    ...(nothing as Record<QuotaResource, number>),
    ...used,
    server_groups: groups.length,
  };
}

/** Sets limits. Without `force` a limit below what is used, or a user's above the project's, is `invalid`. */
export async function quotaLimitsSet(
  ctx: ComputeCtx,
  subject: QuotaSubject,
  wanted: { readonly limits: Readonly<Record<string, number>>; readonly force: boolean },
): Promise<QuotaLimits> {
  return ctx.deps.database.transaction(async (tx) => {
    if (!wanted.force) {
      const used = await quotaUsage(tx, subject);
      const most =
        subject.userId === undefined ? {} : await quotaLimits(tx, { projectId: subject.projectId });
      for (const [name, limit] of Object.entries(wanted.limits)) limitCheck(name, limit, used, most);
    }
    await quotaSet(tx, ownerOf(subject), wanted.limits);
    return quotaLimits(tx, subject);
  });
}

function limitCheck(
  name: string,
  limit: number,
  used: QuotaLimits,
  most: Readonly<Record<string, number>>,
): void {
  const minimum = used[name as QuotaResource];
  if (quotaAmount(limit) < minimum) {
    throw new CloudError(
      "invalid",
      `Quota limit ${limit} for ${name} must be greater than or equal to already used and reserved ${minimum}.`,
    );
  }
  const maximum = most[name] ?? -1;
  if (quotaAmount(limit) > quotaAmount(maximum)) {
    throw new CloudError(
      "invalid",
      `Quota limit ${limit} for ${name} must be less than or equal to ${maximum}.`,
    );
  }
}

export async function quotaClassSet(
  ctx: ComputeCtx,
  name: string,
  limits: Readonly<Record<string, number>>,
): Promise<QuotaLimits> {
  return ctx.deps.database.transaction(async (tx) => {
    await quotaSet(tx, { kind: "class", owner_id: name, user_id: "" }, limits);
    return quotaClassLimits(tx, name);
  });
}

export async function quotaReset(ctx: ComputeCtx, subject: QuotaSubject): Promise<void> {
  await ctx.deps.database.transaction((tx) => quotaDelete(tx, subject.projectId, subject.userId));
}

type Counted = Readonly<Partial<Record<"instances" | "cores" | "ram" | "server_groups", number>>>;

/** What the project, then the user, may have of these resources, and has; nothing of who has no limit of them. */
async function* limitedUse(
  db: Db,
  owner: { readonly projectId: string; readonly userId: string },
  names: readonly QuotaResource[],
): AsyncGenerator<{ readonly limits: QuotaLimits; readonly used: QuotaLimits }> {
  for (const subject of [{ projectId: owner.projectId }, owner]) {
    const limits = await quotaLimits(db, subject);
    // What is not limited need not be counted.
    if (names.some((name) => limits[name] >= 0)) yield { limits, used: await quotaUsage(db, subject) };
  }
}

/**
 * Throws `quota`, in Nova's words, when the project or the user would have more than their limits. Call it with the
 * transaction that inserts, so that two requests cannot both take the last place. `instances`: how many are said to be requested.
 */
export async function quotaCheck(
  db: Db,
  owner: { readonly projectId: string; readonly userId: string },
  wanted: Counted,
  instances = String(wanted.instances),
): Promise<void> {
  const names = Object.keys(wanted) as (keyof Counted)[];
  for await (const { limits, used } of limitedUse(db, owner, names)) {
    const overs = names.filter((name) => used[name] + (wanted[name] ?? 0) > quotaAmount(limits[name]));
    if (overs.length === 0) continue;
    if (overs.includes("server_groups"))
      throw new CloudError("quota", "Quota exceeded, too many server groups.");
    const all = (value: (name: keyof Counted) => number | string): string => overs.map(value).join(", ");
    const requested = all((name) => (name === "instances" ? instances : (wanted[name] ?? 0)));
    throw new CloudError(
      "quota",
      `Quota exceeded for ${overs.join(", ")}: Requested ${requested}, but already used ` +
        `${all((name) => used[name])} of ${all((name) => limits[name])} ${overs.join(", ")}`,
    );
  }
}

/**
 * How many servers of a flavor a request gets: `most`, or as many as the quota lets it have. Throws `quota` when that is fewer than
 * `least` (nova.compute.utils.check_num_instances_quota).
 */
export async function serverCountPermit(
  db: Db,
  owner: { readonly projectId: string; readonly userId: string },
  flavor: { readonly vcpus: number; readonly memoryMiB: number },
  { least, most }: ServerCounts,
): Promise<number> {
  const one = { instances: 1, cores: flavor.vcpus, ram: flavor.memoryMiB };
  const names = Object.keys(one) as (keyof typeof one)[];
  let count = most;
  for await (const { limits, used } of limitedUse(db, owner, names)) {
    for (const name of names.filter((each) => one[each] > 0))
      count = Math.min(count, Math.floor((quotaAmount(limits[name]) - used[name]) / one[name]));
  }
  // Then what `most` of them take is too much, which this says.
  if (count < least) {
    const wanted = { instances: most, cores: one.cores * most, ram: one.ram * most };
    await quotaCheck(db, owner, wanted, least === most ? String(most) : `${least}-${most}`);
  }
  return count;
}

/** How many servers a request asks for. */
export interface ServerCounts {
  readonly least: number;
  readonly most: number;
}

/** Key pairs count for their user, in no project. */
export async function keypairQuotaCheck(
  db: Db,
  userId: string,
  projectId: string | undefined,
): Promise<void> {
  const limits =
    projectId === undefined
      ? await quotaClassLimits(db, "default")
      : await quotaLimits(db, { projectId, userId });
  if ((await keypairList(db, userId)).length + 1 <= quotaAmount(limits.key_pairs)) return;
  throw new CloudError("quota", "Quota exceeded, too many key pairs.");
}
