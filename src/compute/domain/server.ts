import type { SecretId } from "#base/ids.ts";
import type { TpmConstraint } from "#vtpm/index.ts";

/** nova.compute.vm_states; one that is `deleted` is only remembered, for lists. */
export type VmState =
  | "building"
  | "active"
  | "paused"
  | "suspended"
  | "stopped"
  | "rescued"
  | "resized"
  | "soft-delete"
  | "deleted"
  | "shelved"
  | "shelved_offloaded"
  | "error";

/** What an administrator may say that a server is. */
export type ResetState = "active" | "error";

/** nova.compute.task_states, by the operation that sets them. */
export type TaskState =
  | "scheduling"
  | "spawning"
  | "powering-off"
  | "powering-on"
  | "rebooting"
  | "rebooting_hard"
  | "pausing"
  | "unpausing"
  | "suspending"
  | "resuming"
  | "image_snapshot_pending"
  | "image_snapshot"
  | "image_pending_upload"
  | "image_uploading"
  | "image_backup"
  | "rebuilding"
  | "rebuild_block_device_mapping"
  | "rebuild_spawning"
  | "resize_prep"
  | "resize_migrating"
  | "resize_migrated"
  | "resize_finish"
  | "resize_reverting"
  | "resize_confirming"
  | "rescuing"
  | "unrescuing"
  | "shelving"
  | "shelving_image_pending_upload"
  | "shelving_image_uploading"
  | "shelving_offloading"
  | "unshelving"
  | "soft-deleting"
  | "restoring"
  | "deleting";

/** nova.compute.power_state */
export const powerStates = {
  "no-state": 0,
  running: 1,
  paused: 3,
  shutdown: 4,
  crashed: 6,
  suspended: 7,
} as const;

export type PowerState = keyof typeof powerStates;

export interface Fault {
  readonly code: number;
  readonly message: string;
  /** What hosts and programs said: for administrators. */
  readonly details?: string | undefined;
  readonly created: number;
}

/** The flavor as it was when the server was made: later changes of the flavor do not touch the server. */
export interface ServerFlavor {
  readonly id: string;
  readonly name: string;
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly rootGiB: number;
  readonly ephemeralGiB: number;
  readonly swapMiB: number;
  readonly extraSpecs: Readonly<Record<string, string>>;
}

/** Which bytes a host fetches, and how it knows that they are the right ones. */
export interface ImageFile {
  readonly imageId: string;
  /** Hex. */
  readonly sha512: string;
  readonly sizeBytes: number;
  readonly diskFormat: string;
}

/** The image as it was when the server was made. */
export interface ServerImage {
  readonly id: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly disk: ImageFile;
  readonly kernel?: ImageFile;
  readonly ramdisk?: ImageFile;
  /** Not known of old servers. */
  readonly minRamMiB?: number;
}

export interface ServerTpm extends TpmConstraint {
  /** The key manager's secret; system metadata `vtpm_secret_uuid`. */
  readonly secretId: SecretId;
  /** The image whose TPM this is a copy of; absent: it was made new. */
  readonly copiedFrom?: string | undefined;
}

export interface ServerKeypair {
  readonly type: string;
  readonly publicKey: string;
}

/** Who locked the server: an administrator's lock only an administrator takes away. */
export interface ServerLock {
  readonly by: "owner" | "admin";
  readonly reason: string | null;
}

export interface Server {
  readonly id: string;
  readonly projectId: string;
  readonly userId: string;
  readonly name: string;
  readonly description: string | null;
  readonly hostname: string;
  readonly reservationId: string;
  readonly image: ServerImage;
  readonly flavor: ServerFlavor;
  readonly tpm: ServerTpm | undefined;
  readonly keyName: string | null;
  /** The key pair as it was then; undefined without one, and of servers from before it was kept. */
  readonly keypair: ServerKeypair | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly userData: string | null;
  /** Asked for, or made so by the image or the configuration. */
  readonly configDrive: boolean;
  readonly accessIPv4: string;
  readonly accessIPv6: string;
  readonly diskConfig: "AUTO" | "MANUAL";
  readonly tags: readonly string[];
  /** Which certificates may vouch for its images' signatures. */
  readonly trustedCertificates?: readonly string[] | null | undefined;
  readonly lock: ServerLock | undefined;
  /** The host that an administrator asked for, or that a server group or a hint left. */
  readonly destinationId: string | undefined;
  /** The zone that it was asked for in and is kept to: Nova's pinned one. */
  readonly availabilityZone?: string | undefined;
  /** Its place, from 0, among the servers of its request. */
  readonly launchIndex?: number | undefined;
  readonly vmState: VmState;
  readonly taskState: TaskState | undefined;
  readonly powerState: PowerState;
  readonly hostId: string | undefined;
  readonly fault: Fault | undefined;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly launchedAt: number | undefined;
  /** The state that an administrator asked for while a saga worked on it: what it is in when that has ended. */
  readonly resetTo?: ResetState | undefined;
  /** Of a server that is soft-deleted: since when. */
  readonly softDeletedAt?: number | undefined;
  /** Of a server that is gone. */
  readonly deletedAt?: number | undefined;
}

/** What a rebuild may change of a server. */
export type RebuiltFields = Pick<
  Server,
  | "name"
  | "description"
  | "hostname"
  | "image"
  | "tpm"
  | "keyName"
  | "keypair"
  | "metadata"
  | "userData"
  | "configDrive"
  | "accessIPv4"
  | "accessIPv6"
  | "diskConfig"
  | "trustedCertificates"
>;

export function rebuiltFieldsOf(server: Server): RebuiltFields {
  const { name, description, hostname, image, tpm, keyName, keypair, metadata, userData } = server;
  const { configDrive, accessIPv4, accessIPv6, diskConfig, trustedCertificates } = server;
  return {
    name,
    description,
    hostname,
    image,
    tpm,
    keyName,
    keypair,
    metadata,
    userData,
    configDrive,
    accessIPv4,
    accessIPv6,
    diskConfig,
    trustedCertificates,
  };
}

/** Somebody has asked for its deletion: what else works on it ends soon, and leaves the task state alone. */
export function isGoing({ taskState }: Pick<Server, "taskState">): boolean {
  return taskState === "deleting" || taskState === "soft-deleting";
}

interface Statuses {
  /** In any task state but those of `during`. */
  readonly status: string;
  readonly during?: Partial<Readonly<Record<TaskState, string>>>;
}

const rebuilding = {
  rebuilding: "REBUILD",
  rebuild_block_device_mapping: "REBUILD",
  rebuild_spawning: "REBUILD",
} as const;
const resizing = {
  resize_prep: "RESIZE",
  resize_migrating: "RESIZE",
  resize_migrated: "RESIZE",
  resize_finish: "RESIZE",
} as const;

/** nova.api.openstack.common._STATE_MAP */
const statusTable: Readonly<Record<VmState, Statuses>> = {
  building: { status: "BUILD" },
  active: {
    status: "ACTIVE",
    during: { rebooting: "REBOOT", rebooting_hard: "HARD_REBOOT", ...rebuilding, ...resizing },
  },
  paused: { status: "PAUSED" },
  suspended: { status: "SUSPENDED" },
  stopped: { status: "SHUTOFF", during: { ...rebuilding, ...resizing } },
  rescued: { status: "RESCUE" },
  // Nova gives REVERT_RESIZE while a resize is taken back, and VERIFY_RESIZE while it is confirmed too.
  resized: { status: "VERIFY_RESIZE", during: { resize_reverting: "REVERT_RESIZE" } },
  "soft-delete": { status: "SOFT_DELETED" },
  deleted: { status: "DELETED" },
  shelved: { status: "SHELVED" },
  shelved_offloaded: { status: "SHELVED_OFFLOADED" },
  error: { status: "ERROR", during: rebuilding },
};

/** What clients see as `status`. */
export function serverStatus({ vmState, taskState }: Pick<Server, "vmState" | "taskState">): string {
  const { status, during } = statusTable[vmState];
  return (taskState && during?.[taskState]) ?? status;
}

type StateTest = (server: Pick<Server, "vmState" | "taskState">) => boolean;

/** Statuses of Nova that no server here is in. */
const otherStatuses = ["PASSWORD", "MIGRATING"];

/**
 * True for servers in one of the statuses; undefined when none of them is a status at all. As in Nova
 * (task_and_vm_state_from_status) a status that a state has without a task stands for that state with any.
 */
export function statusFilter(statuses: readonly string[]): StateTest | undefined {
  const names = statuses.map((status) => status.toUpperCase());
  const vmStates = new Set<string>();
  const taskStates = new Set<string>();
  for (const [vmState, { status, during = {} }] of Object.entries(statusTable)) {
    const tasks = Object.entries(during).filter(([, named]) => names.includes(named));
    for (const [task] of tasks) taskStates.add(task);
    if (names.includes(status)) taskStates.add("any");
    if (tasks.length > 0 || names.includes(status)) vmStates.add(vmState);
  }
  if (vmStates.size === 0 && !names.some((name) => otherStatuses.includes(name))) return undefined;
  return ({ vmState, taskState }) =>
    vmStates.has(vmState) &&
    (taskStates.has("any") || (taskState !== undefined && taskStates.has(taskState)));
}
