import { CloudError } from "#base/errors.ts";
import type { Server, TaskState, VmState } from "./server.ts";

/** What a user may ask of a server that exists. */
export type ServerActionName =
  | "start"
  | "stop"
  | "soft-reboot"
  | "hard-reboot"
  | "pause"
  | "unpause"
  | "suspend"
  | "resume"
  | "rescue"
  | "unrescue"
  | "shelve"
  | "shelveOffload"
  | "unshelve";

export interface ServerActionRule {
  /** Name in messages and in the list of instance actions. */
  readonly nova: string;
  readonly from: readonly VmState[];
  readonly task: TaskState;
  /** Task states that do not keep it away: its saga waits for theirs (nova.compute.task_states.ALLOW_REBOOT). */
  readonly during?: readonly TaskState[];
  /** Where the server is afterwards. */
  readonly to: VmState;
  /** True when the domain is started or restored: a server with a vTPM needs its passphrase then (VTPM.md). */
  readonly needsPassphrase: boolean;
}

/** The state machine (nova.compute.api.check_instance_state on each method). */
export const serverActionRules: Readonly<Record<ServerActionName, ServerActionRule>> = {
  start: { nova: "start", from: ["stopped"], task: "powering-on", to: "active", needsPassphrase: true },
  stop: {
    nova: "stop",
    from: ["active", "error"],
    task: "powering-off",
    to: "stopped",
    needsPassphrase: false,
  },
  "soft-reboot": {
    nova: "reboot",
    from: ["active"],
    task: "rebooting",
    to: "active",
    needsPassphrase: false,
  },
  "hard-reboot": {
    nova: "reboot",
    from: ["active", "stopped", "paused", "suspended", "error"],
    task: "rebooting_hard",
    during: ["rebooting", "rebooting_hard", "resuming", "unpausing", "pausing", "suspending"],
    to: "active",
    needsPassphrase: true,
  },
  pause: { nova: "pause", from: ["active"], task: "pausing", to: "paused", needsPassphrase: false },
  unpause: { nova: "unpause", from: ["paused"], task: "unpausing", to: "active", needsPassphrase: false },
  suspend: { nova: "suspend", from: ["active"], task: "suspending", to: "suspended", needsPassphrase: false },
  resume: { nova: "resume", from: ["suspended"], task: "resuming", to: "active", needsPassphrase: true },
  rescue: {
    nova: "rescue",
    from: ["active", "stopped", "error"],
    task: "rescuing",
    to: "rescued",
    needsPassphrase: true,
  },
  shelve: {
    nova: "shelve",
    from: ["active", "stopped", "paused", "suspended"],
    task: "shelving",
    to: "shelved",
    needsPassphrase: false,
  },
  shelveOffload: {
    nova: "shelveOffload",
    from: ["shelved"],
    task: "shelving_offloading",
    to: "shelved_offloaded",
    needsPassphrase: false,
  },
  unshelve: {
    nova: "unshelve",
    from: ["shelved", "shelved_offloaded"],
    task: "unshelving",
    to: "active",
    needsPassphrase: true,
  },
  unrescue: { nova: "unrescue", from: ["rescued"], task: "unrescuing", to: "active", needsPassphrase: true },
};

/** Throws `conflict`, in Nova's words, when the server's state does not permit the action. */
export function serverActionPermit(server: Server, action: ServerActionName): void {
  serverStatePermit(server, serverActionRules[action]);
}

/** As `serverActionPermit`, of an operation that has a saga of its own. */
export function serverStatePermit(
  server: Server,
  rule: Pick<ServerActionRule, "nova" | "from" | "during">,
): void {
  // A create that failed may not have finished unwinding: what it made is to go, not to run.
  const neverMade = server.hostId === undefined || server.launchedAt === undefined;
  if (!rule.from.includes(server.vmState) || (server.vmState === "error" && neverMade)) {
    throw new CloudError(
      "conflict",
      `Cannot '${rule.nova}' instance ${server.id} while it is in vm_state ${server.vmState}`,
    );
  }
  if (server.taskState !== undefined && rule.during?.includes(server.taskState) !== true) {
    throw new CloudError(
      "conflict",
      `Cannot '${rule.nova}' instance ${server.id} while it is in task_state ${server.taskState}`,
    );
  }
}
