import { expect, test } from "vitest";
import { silentLogger } from "#base/logger.ts";
import type { Tx } from "#db/index.ts";
import { openTestDatabase } from "#db/testing/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import { aServer } from "../domain/testing/a-server.ts";
import { computeMigrations } from "../index.ts";
import { serverFind, serverInsert, serverUpdate } from "../store/servers.ts";
import { powerStateRecord, tpmLostRecord, vmStateAfter } from "./power-states.ts";

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

test.each(["resized", "soft-delete", "rescued", "shelved"] as const)(
  "a server that is %s is so whatever its domain does",
  (vmState) => {
    expect(vmStateAfter(aServer({ vmState }), { power: "running" })).toBeUndefined();
    expect(vmStateAfter(aServer({ vmState }), { power: "shutdown" })).toBeUndefined();
  },
);

test.each([
  ["stopped", 0],
  ["active", 1],
] as const)(
  "a host's word waits for the database: the server is %s when it changed %i ms later",
  async (expected, laterMs) => {
    const database = await openTestDatabase(computeMigrations);
    const server = aServer({ taskState: "spawning" });
    await database.transaction((tx) => serverInsert(tx, server));
    const clock = { now: () => server.updatedAt };
    const busy = {
      ...database,
      async transaction<T>(run: (tx: Tx) => Promise<T>): Promise<T> {
        const changes = { taskState: null, vmState: "active" } as const;
        await database.transaction((tx) => serverUpdate(tx, server.id, changes, server.updatedAt + laterMs));
        return database.transaction(run);
      },
    };
    const deps = { database: busy, clock, log: silentLogger } as unknown as ComputeSagaDeps;
    await powerStateRecord(deps, server.id, { power: "shutdown" });
    expect((await serverFind(database.db, server.id))?.vmState).toBe(expected);
    await database.close();
  },
);

test.each([
  [undefined, "error"],
  ["rebooting_hard", "active"],
] as const)("a server whose TPM's emulator ended, with task %s, is %s", async (taskState, vmState) => {
  const database = await openTestDatabase(computeMigrations);
  const server = aServer({ taskState });
  await database.transaction((tx) => serverInsert(tx, server));
  const clock = { now: () => server.updatedAt + 1 };
  await tpmLostRecord({ database, clock, log: silentLogger } as unknown as ComputeSagaDeps, server.id);
  const now = await serverFind(database.db, server.id);
  expect(now).toMatchObject({ vmState, powerState: "running" });
  if (vmState === "error") expect(now?.fault?.message).toMatch(/swtpm.*hard reboot/);
  else expect(now?.fault).toBeUndefined();
  await database.close();
});
