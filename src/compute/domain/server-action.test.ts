import { expect, test } from "vitest";
import { aServer } from "./testing/a-server.ts";
import { serverActionPermit, serverActionRules, type ServerActionName } from "./server-action.ts";
import { serverStatus, statusFilter, type VmState } from "./server.ts";

const states: readonly VmState[] = [
  "building",
  "active",
  "paused",
  "suspended",
  "stopped",
  "rescued",
  "resized",
  "soft-delete",
  "shelved",
  "shelved_offloaded",
  "error",
];
const actions = Object.keys(serverActionRules) as ServerActionName[];

const permitted: Readonly<Record<ServerActionName, string>> = {
  start: "stopped",
  stop: "active error",
  "soft-reboot": "active",
  "hard-reboot": "active paused suspended stopped error",
  pause: "active",
  unpause: "paused",
  suspend: "active",
  resume: "suspended",
  rescue: "active stopped error",
  unrescue: "rescued",
  shelve: "active paused suspended stopped",
  shelveOffload: "shelved",
  unshelve: "shelved shelved_offloaded",
};

test.each(actions)("%s is permitted from exactly its states", (action) => {
  const from = states.filter((vmState) => {
    try {
      serverActionPermit(aServer({ vmState }), action);
      return true;
    } catch {
      return false;
    }
  });
  expect(from.join(" ")).toBe(permitted[action]);
});

test("a server with a task, or that failed before it had a host, is left alone", () => {
  expect(() => serverActionPermit(aServer({ taskState: "spawning" }), "stop")).toThrow(
    /^Cannot 'stop' instance .* while it is in task_state spawning$/,
  );
  expect(() => serverActionPermit(aServer({ vmState: "error", hostId: undefined }), "hard-reboot")).toThrow(
    /vm_state error/,
  );
});

test("a hard reboot is permitted during other reboots, pauses and suspends; nothing else is", () => {
  const tasks = ["rebooting", "rebooting_hard", "resuming", "unpausing", "pausing", "suspending"] as const;
  for (const taskState of tasks) {
    expect(() => serverActionPermit(aServer({ taskState }), "hard-reboot")).not.toThrow();
    expect(() => serverActionPermit(aServer({ taskState }), "soft-reboot")).toThrow(/task_state/);
  }
  for (const taskState of ["powering-off", "powering-on", "deleting", "spawning"] as const)
    expect(() => serverActionPermit(aServer({ taskState }), "hard-reboot")).toThrow(/task_state/);
});

test("status follows vm_state and task_state", () => {
  expect(states.map((vmState) => serverStatus({ vmState, taskState: undefined }))).toEqual([
    "BUILD",
    "ACTIVE",
    "PAUSED",
    "SUSPENDED",
    "SHUTOFF",
    "RESCUE",
    "VERIFY_RESIZE",
    "SOFT_DELETED",
    "SHELVED",
    "SHELVED_OFFLOADED",
    "ERROR",
  ]);
  expect(serverStatus({ vmState: "active", taskState: "rebooting" })).toBe("REBOOT");
  expect(serverStatus({ vmState: "paused", taskState: "rebooting_hard" })).toBe("PAUSED");
  expect(serverStatus({ vmState: "active", taskState: "rebooting_hard" })).toBe("HARD_REBOOT");
  expect(serverStatus({ vmState: "stopped", taskState: "rebooting_hard" })).toBe("SHUTOFF");
  expect(serverStatus({ vmState: "error", taskState: "rebooting_hard" })).toBe("ERROR");
});

test.each([
  ["ACTIVE", "active", "rebooting", true],
  ["REBOOT", "active", "rebooting", true],
  ["REBOOT", "active", undefined, false],
  ["RESIZE", "stopped", "resize_migrated", true],
  ["verify_resize", "resized", undefined, true],
  ["REVERT_RESIZE", "resized", undefined, false],
  ["MIGRATING", "active", undefined, false],
] as const)(
  "the filter status=%s has a server that is %s, task %s: %s",
  (status, vmState, taskState, has) => {
    expect(statusFilter([status])?.({ vmState, taskState })).toBe(has);
  },
);

test("what is no status is told apart", () => {
  expect(statusFilter(["SPINNING"])).toBeUndefined();
});
