import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { auditMigrations, createAudit } from "#audit/index.ts";
import { systemClock } from "#base/clock.ts";
import type { SagaId, SecretId } from "#base/ids.ts";
import { silentLogger } from "#base/logger.ts";
import { createInProcessBus, hostRegister } from "#bus/index.ts";
import { computeMigrations } from "#compute/index.ts";
import type { Database } from "#db/index.ts";
import { createPlacement, placementMigrations } from "#placement/index.ts";
import { sagaTests } from "#saga/testing/index.ts";
import { boxSeal, sealKeyPairLoad, type SealKeyPair } from "#seal/index.ts";
import type { ComputeSagaDeps } from "../../src/compute/app/deps.ts";
import { hostRegistered } from "../../src/compute/app/host-report.ts";
import { sagaAssociatedData } from "../../src/compute/app/passphrase.ts";
import type { Server } from "../../src/compute/domain/server.ts";
import { serverActionRules, type ServerActionName } from "../../src/compute/domain/server-action.ts";
import { aServer } from "../../src/compute/domain/testing/a-server.ts";
import { serverActionSagas } from "../../src/compute/sagas/server-action-sagas.ts";
import { serverCreate } from "../../src/compute/sagas/server-create.ts";
import { serverDelete } from "../../src/compute/sagas/server-delete.ts";
import { serverFind, serverInsert } from "../../src/compute/store/servers.ts";
import { tpmGenerationInsert, tpmGenerationList } from "../../src/compute/store/tpm-vault-generations.ts";
import { scriptedHostStart } from "../kit/scripted-host.ts";

const hostId = "0f8fad5b-d9cb-469f-a165-70867728950e";
const passphrase = Buffer.alloc(512, "p");
const tpm: NonNullable<Server["tpm"]> = {
  version: "2.0",
  model: "tpm-crb",
  secretSecurity: "user",
  secretId: "b3c1f7de-53f4-44f5-8cd5-9b6f1f0a6c11" as SecretId,
};
/** The box of a saga is bound to the saga's id, so the kit's sagas all have this one. */
const sagaId = "b5a6a4a2-3f0f-4c57-9b2e-1d7a70c1e0aa" as SagaId;

let folder: string;
let key: SealKeyPair;
let hostKey: SealKeyPair;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sealstone-sagas-"));
  [key, hostKey] = [
    await sealKeyPairLoad(join(folder, "key")),
    await sealKeyPairLoad(join(folder, "host.key")),
  ];
});
afterAll(() => rm(folder, { recursive: true }));

/** A world with one scripted host, on which the server already is when `placed`. Of the mode `host`: its host keeps the passphrase. */
async function world(database: Database, server: Server, placed: boolean) {
  const bus = createInProcessBus();
  const [clock, log] = [systemClock, silentLogger];
  const placement = createPlacement({ database, clock, log });
  const secrets = new Set<string>([tpm.secretId]);
  const deps: ComputeSagaDeps = {
    database,
    placement,
    bus,
    sealKey: key,
    clock,
    log,
    audit: createAudit({ database, clock, log }),
    cloudAccount: {
      userId: "nova",
      projectId: "service",
      caller: () => Promise.reject(new Error("not asked")),
    },
    secrets: {
      ...({} as ComputeSagaDeps["secrets"]),
      async deleteAsService(secretId, _requestId, also) {
        if (secrets.delete(secretId)) await database.transaction(async (tx) => also?.(tx, secretId));
      },
    },
  };
  bus.serve(hostRegister, {}, async (facts) => {
    await hostRegistered(deps, facts);
    return {};
  });
  const host = await scriptedHostStart(bus, hostKey, hostId);
  await database.transaction((tx) => serverInsert(tx, server));
  if (placed) {
    const resources = { VCPU: 1, MEMORY_MB: 256, DISK_GB: 1 };
    await placement.allocationClaim({
      consumerUuid: server.id,
      providerUuid: hostId,
      resources,
      projectId: "project",
      userId: "user",
    });
    const order = { process: "agent", number: 1 };
    const state = { sha256: "0".repeat(64), bytes: Buffer.from("state"), at: 0, cause: "made", order };
    await database.transaction((tx) =>
      tpmGenerationInsert(tx, server.id, { generation: 1, hostId, ...state }, 5),
    );
    host.place(server.id, {
      powerState: server.powerState === "running" ? "running" : "shutdown",
      tpm: passphrase.toString("latin1"),
    });
  }
  const box = await boxSeal(key.publicKey, passphrase, sagaAssociatedData(sagaId, server.id));
  return {
    params: { serverId: server.id, requestId: "req-1" },
    deps,
    sagaId,
    sealedBox: server.tpm?.secretSecurity === "host" ? undefined : Buffer.from(box, "base64"),
    resource: server.id,
    left: async () => {
      const row = await serverFind(database.db, server.id);
      return {
        host: Object.fromEntries(host.servers),
        secrets: [...secrets],
        allocations: (await placement.allocationsOf(server.id)).length,
        vault: (await tpmGenerationList(database.db, server.id)).length,
        server: row && {
          vmState: row.vmState,
          taskState: row.taskState,
          hostId: row.hostId,
          fault: row.fault?.message,
        },
      };
    },
  };
}

const migrations = { ...auditMigrations, ...computeMigrations, ...placementMigrations };

sagaTests(serverCreate, {
  migrations,
  world: (database) =>
    world(
      database,
      aServer({
        tpm,
        vmState: "building",
        taskState: "scheduling",
        powerState: "no-state",
        hostId: undefined,
        // It fills the host: a claim that is made twice would find no room.
        flavor: { ...aServer().flavor, vcpus: 4, memoryMiB: 2_048, rootGiB: 20 },
      }),
      false,
    ),
  done: (left) =>
    expect(left).toMatchObject({
      host: { [aServer().id]: { domain: true, disks: true, powerState: "running" } },
      allocations: 1,
      server: { vmState: "active", taskState: undefined, hostId },
    }),
  unwound: (left) =>
    expect(left).toMatchObject({
      host: {},
      allocations: 0,
      server: { vmState: "error", taskState: undefined, hostId: undefined },
    }),
});

const nothingLeft = { host: {}, secrets: [], allocations: 0, vault: 0, server: undefined };

sagaTests(serverDelete, {
  migrations,
  world: (database) => world(database, aServer({ tpm, hostId, taskState: "deleting" }), true),
  done: (left) => expect(left).toEqual(nothingLeft),
  // What is already gone does not come back; the server says so and can be deleted again.
  unwound: (left) => {
    const { server } = left as { server: unknown };
    if (server === undefined) expect(left).toEqual(nothingLeft);
    else expect(server).toMatchObject({ vmState: "error", taskState: undefined });
  },
});

const before: Readonly<Record<ServerActionName, Partial<Server>>> = {
  start: { vmState: "stopped", powerState: "shutdown" },
  stop: {},
  "soft-reboot": {},
  "hard-reboot": {},
  pause: {},
  unpause: { vmState: "paused" },
  suspend: {},
  resume: { vmState: "suspended", powerState: "suspended" },
};

for (const [name, definition] of Object.entries(serverActionSagas) as [
  ServerActionName,
  (typeof serverActionSagas)["start"],
][]) {
  const rule = serverActionRules[name];
  for (const secretSecurity of rule.needsPassphrase ? (["user", "host"] as const) : (["user"] as const)) {
    const server = { tpm: { ...tpm, secretSecurity }, hostId, ...before[name], taskState: rule.task };
    sagaTests(definition, {
      migrations,
      world: (database) => world(database, aServer(server), true),
      done: (left) => expect(left).toMatchObject({ server: { vmState: rule.to, taskState: undefined } }),
      // No action ever costs a server its TPM, its disks or its allocation, and none leaves it in a task.
      unwound: (left) =>
        expect(left).toMatchObject({
          host: { [aServer().id]: { disks: true, tpm: passphrase.toString("latin1") } },
          allocations: 1,
          vault: 1,
          server: { taskState: undefined, hostId },
        }),
    });
  }
}
