import { sql } from "kysely";
import type { Db, Tx } from "#db/index.ts";
import type { Fault, PowerState, Server, TaskState, VmState } from "../domain/server.ts";

export interface ServerRow {
  id: string;
  project_id: string;
  user_id: string;
  name: string;
  vm_state: VmState;
  task_state: TaskState | null;
  power_state: PowerState;
  host_id: string | null;
  image_id: string;
  flavor_id: string;
  /** ServerDetails as JSON. */
  details: string;
  metadata: string;
  fault: string | null;
  created_at: number;
  updated_at: number;
  launched_at: number | null;
  /** One more with every change. */
  version: number;
  /** Of its flavor. */
  vcpus: number;
  memory_mib: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    compute_servers: ServerRow;
  }
}

type ServerDetails = Pick<
  Server,
  "description" | "hostname" | "reservationId" | "image" | "flavor" | "keyName" | "userData"
> &
  Partial<
    Pick<
      Server,
      | "tpm"
      | "keypair"
      | "configDrive"
      | "accessIPv4"
      | "accessIPv6"
      | "diskConfig"
      | "tags"
      | "lock"
      | "destinationId"
      | "availabilityZone"
      | "launchIndex"
      | "softDeletedAt"
      | "resetTo"
      | "trustedCertificates"
    >
  >;

export function serverFromRow(row: ServerRow): Server {
  const details = JSON.parse(row.details) as ServerDetails;
  return {
    id: row.id,
    projectId: row.project_id,
    userId: row.user_id,
    name: row.name,
    accessIPv4: "",
    accessIPv6: "",
    diskConfig: "MANUAL",
    tags: [],
    lock: undefined,
    destinationId: undefined,
    tpm: undefined,
    keypair: undefined,
    configDrive: false,
    ...details,
    metadata: JSON.parse(row.metadata) as Record<string, string>,
    vmState: row.vm_state,
    taskState: row.task_state ?? undefined,
    powerState: row.power_state,
    hostId: row.host_id ?? undefined,
    fault: row.fault === null ? undefined : (JSON.parse(row.fault) as Fault),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    launchedAt: row.launched_at ?? undefined,
  };
}

function detailsOf(server: Server): string {
  const { description, hostname, reservationId, image, flavor, keyName, userData, tpm } = server;
  const { accessIPv4, accessIPv6, diskConfig, tags, lock } = server;
  const { destinationId, availabilityZone, launchIndex, keypair, configDrive, softDeletedAt, resetTo } =
    server;
  const { trustedCertificates } = server;
  return JSON.stringify({
    description,
    hostname,
    reservationId,
    image,
    flavor,
    keyName,
    userData,
    tpm,
    accessIPv4,
    accessIPv6,
    diskConfig,
    tags,
    lock,
    destinationId,
    availabilityZone,
    launchIndex,
    softDeletedAt,
    keypair,
    configDrive,
    resetTo,
    trustedCertificates,
  } satisfies Record<keyof ServerDetails, unknown>);
}

export async function serverFind(db: Db, id: string): Promise<Server | undefined> {
  const row = await db.selectFrom("compute_servers").selectAll().where("id", "=", id).executeTakeFirst();
  return row && serverFromRow(row);
}

/** A host's servers, newest first. */
export async function serverListOfHost(db: Db, hostId: string): Promise<Server[]> {
  const rows = await db
    .selectFrom("compute_servers")
    .selectAll()
    .where("host_id", "=", hostId)
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .execute();
  return rows.map(serverFromRow);
}

/** How much of its quotas a project, or a user in it, uses. */
export async function serverUsage(
  db: Db,
  filter: { readonly projectId: string; readonly userId: string | undefined },
): Promise<{ readonly instances: number; readonly cores: number; readonly ram: number }> {
  let query = db
    .selectFrom("compute_servers")
    .select(({ fn }) => [
      fn.countAll<number>().as("instances"),
      fn.coalesce(fn.sum<number>("vcpus"), sql.lit(0)).as("cores"),
      fn.coalesce(fn.sum<number>("memory_mib"), sql.lit(0)).as("ram"),
    ])
    .where("project_id", "=", filter.projectId)
    // As in Nova a soft-deleted server counts again when it is restored, and from when that begins.
    .where((server) =>
      server.or([server("vm_state", "!=", "soft-delete"), server("task_state", "=", "restoring")]),
    );
  if (filter.userId !== undefined) query = query.where("user_id", "=", filter.userId);
  return query.executeTakeFirstOrThrow();
}

export async function serverInsert(tx: Tx, server: Server): Promise<void> {
  await tx
    .insertInto("compute_servers")
    .values({
      id: server.id,
      project_id: server.projectId,
      user_id: server.userId,
      name: server.name,
      vm_state: server.vmState,
      task_state: server.taskState ?? null,
      power_state: server.powerState,
      host_id: server.hostId ?? null,
      image_id: server.image.id,
      flavor_id: server.flavor.id,
      details: detailsOf(server),
      metadata: JSON.stringify(server.metadata),
      fault: server.fault === undefined ? null : JSON.stringify(server.fault),
      created_at: server.createdAt,
      updated_at: server.updatedAt,
      launched_at: server.launchedAt ?? null,
      version: 0,
      vcpus: server.flavor.vcpus,
      memory_mib: server.flavor.memoryMiB,
    })
    .execute();
}

/** `null` clears, `undefined` leaves. */
export interface ServerChanges {
  readonly vmState?: VmState;
  readonly taskState?: TaskState | null;
  readonly powerState?: PowerState;
  readonly hostId?: string | null;
  readonly fault?: Fault | null;
  readonly launchedAt?: number;
}

export async function serverUpdate(tx: Tx, id: string, changes: ServerChanges, now: number): Promise<void> {
  await tx
    .updateTable("compute_servers")
    .set((row) => ({
      version: row("version", "+", 1),
      updated_at: now,
      ...(changes.vmState === undefined ? {} : { vm_state: changes.vmState }),
      ...(changes.taskState === undefined ? {} : { task_state: changes.taskState }),
      ...(changes.powerState === undefined ? {} : { power_state: changes.powerState }),
      ...(changes.hostId === undefined ? {} : { host_id: changes.hostId }),
      ...(changes.fault === undefined
        ? {}
        : { fault: changes.fault === null ? null : JSON.stringify(changes.fault) }),
      ...(changes.launchedAt === undefined ? {} : { launched_at: changes.launchedAt }),
    }))
    .where("id", "=", id)
    .execute();
}

/** All projects' servers in this state that have no task. */
export async function serverListIdle(db: Db, vmState: VmState): Promise<Server[]> {
  const rows = await db
    .selectFrom("compute_servers")
    .selectAll()
    .where("vm_state", "=", vmState)
    .where("task_state", "is", null)
    .orderBy("id")
    .execute();
  return rows.map(serverFromRow);
}

/** Name, metadata and details, as the owner may change them at any time, and the image that a rebuild gives it. */
export async function serverRename(tx: Tx, server: Server, now: number): Promise<void> {
  await tx
    .updateTable("compute_servers")
    .set((row) => ({
      version: row("version", "+", 1),
      name: server.name,
      image_id: server.image.id,
      details: detailsOf(server),
      metadata: JSON.stringify(server.metadata),
      updated_at: now,
    }))
    .where("id", "=", server.id)
    .execute();
}
