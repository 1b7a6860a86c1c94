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
  ["building", "shutdown", undefined],
] as const)("%s and a domain that is %s: %s", (vmState, power, expected) => {
  expect(vmStateAfter(aServer({ vmState }), power)).toBe(expected);
});

test("a server with a task is left to its saga", () => {
  expect(vmStateAfter(aServer({ taskState: "powering-off" }), "shutdown")).toBeUndefined();
});
