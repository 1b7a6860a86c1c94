import { expect, test } from "vitest";
import { aServer } from "../domain/testing/a-server.ts";
import { vmStateAfter } from "./power-states.ts";

test.each([
  ["active", "shutdown", "stopped"],
  ["active", "crashed", "stopped"],
  ["active", "paused", "paused"],
  ["active", "running", undefined],
  ["stopped", "running", "active"],
  ["paused", "running", "active"],
  ["suspended", "shutdown", undefined],
  ["suspended", "running", "active"],
  ["error", "running", undefined],
  ["rescued", "running", undefined],
  ["rescued", "shutdown", undefined],
  ["shelved", "shutdown", undefined],
  ["building", "shutdown", undefined],
] as const)("%s and a domain that is %s: %s", (vmState, power, expected) => {
  expect(vmStateAfter(aServer({ vmState }), { power })).toBe(expected);
});

test.each([
  ["active", "suspended", true, "suspended"],
  ["stopped", "suspended", true, "suspended"],
  ["suspended", "suspended", true, undefined],
  ["suspended", "shutdown", false, "stopped"],
  // The guest's own sleep (ACPI S3).
  ["active", "suspended", false, undefined],
  ["error", "suspended", true, undefined],
] as const)("%s and a domain that is %s, managed save %s: %s", (vmState, power, managedSave, expected) => {
  expect(vmStateAfter(aServer({ vmState }), { power, managedSave })).toBe(expected);
});

test("a server with a task is left to its saga", () => {
  expect(vmStateAfter(aServer({ taskState: "powering-off" }), { power: "shutdown" })).toBeUndefined();
});
