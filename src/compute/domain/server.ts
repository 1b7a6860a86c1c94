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
  /** The host that an administrator asked for. */
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

/** The `vm_state`s that clients mean by a status, for list filters; none for an unknown one. */
export function vmStatesOfStatus(status: string): readonly VmState[] {
  const byStatus: Readonly<Record<string, readonly VmState[]>> = {
    BUILD: ["building"],
    ACTIVE: ["active"],
    PAUSED: ["paused"],
    SUSPENDED: ["suspended"],
    SHUTOFF: ["stopped"],
    ERROR: ["error"],
  };
  return byStatus[status.toUpperCase()] ?? [];
}
