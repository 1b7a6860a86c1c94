import type { SecretId } from "#base/ids.ts";
import type { TpmConstraint } from "#vtpm/index.ts";

/** nova.compute.vm_states, those that exist here. */
export type VmState = "building" | "active" | "paused" | "suspended" | "stopped" | "error";

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
}

export interface ServerTpm extends TpmConstraint {
  /** The key manager's secret; system metadata `vtpm_secret_uuid`. */
  readonly secretId: SecretId;
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
  readonly metadata: Readonly<Record<string, string>>;
  readonly userData: string | null;
  readonly accessIPv4: string;
  readonly accessIPv6: string;
  readonly diskConfig: "AUTO" | "MANUAL";
  readonly tags: readonly string[];
  readonly lock: ServerLock | undefined;
  /** The host that an administrator asked for, or that a zone, a server group or a hint left. */
  readonly destinationId: string | undefined;
  readonly vmState: VmState;
  readonly taskState: TaskState | undefined;
  readonly powerState: PowerState;
  readonly hostId: string | undefined;
  readonly fault: Fault | undefined;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly launchedAt: number | undefined;
}

/** nova.api.openstack.common._STATE_MAP: what clients see as `status`. */
export function serverStatus(server: Pick<Server, "vmState" | "taskState">): string {
  switch (server.vmState) {
    case "building":
      return "BUILD";
    case "active":
      if (server.taskState === "rebooting") return "REBOOT";
      return server.taskState === "rebooting_hard" ? "HARD_REBOOT" : "ACTIVE";
    case "paused":
      return "PAUSED";
    case "suspended":
      return "SUSPENDED";
    case "stopped":
      return "SHUTOFF";
    case "error":
      return "ERROR";
  }
}

type StateTest = (server: Pick<Server, "vmState" | "taskState">) => boolean;

/** What clients mean by a status in a filter (nova.api.openstack.common.task_and_vm_state_from_status). */
const statusTests: Readonly<Record<string, StateTest>> = {
  BUILD: ({ vmState }) => vmState === "building",
  ACTIVE: ({ vmState }) => vmState === "active",
  REBOOT: ({ vmState, taskState }) => vmState === "active" && taskState === "rebooting",
  HARD_REBOOT: ({ vmState, taskState }) => vmState === "active" && taskState === "rebooting_hard",
  PAUSED: ({ vmState }) => vmState === "paused",
  SUSPENDED: ({ vmState }) => vmState === "suspended",
  SHUTOFF: ({ vmState }) => vmState === "stopped",
  ERROR: ({ vmState }) => vmState === "error",
};

/** Statuses of Nova that no server here is in. */
const otherStatuses = [
  "PASSWORD",
  "REBUILD",
  "MIGRATING",
  "RESIZE",
  "VERIFY_RESIZE",
  "REVERT_RESIZE",
  "RESCUE",
  "DELETED",
  "SOFT_DELETED",
  "SHELVED",
  "SHELVED_OFFLOADED",
];

/** True for servers in one of the statuses; undefined when none of them is a status at all. */
export function statusFilter(statuses: readonly string[]): StateTest | undefined {
  const names = statuses.map((status) => status.toUpperCase());
  const tests = names.flatMap((name) => statusTests[name] ?? []);
  if (tests.length === 0 && !names.some((name) => otherStatuses.includes(name))) return undefined;
  return (server) => tests.some((test) => test(server));
}
