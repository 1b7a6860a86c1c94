import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import type { SagaId, SecretId } from "#base/ids.ts";
import type { Database } from "#db/index.ts";
import { sagaTests } from "#saga/testing/index.ts";
import { boxSeal, sealKeyPairLoad, type SealKeyPair } from "#seal/index.ts";
import { sagaAssociatedData } from "../../src/compute/app/passphrase.ts";
import { sealedBoxesJoin } from "../../src/compute/app/sealed-boxes.ts";
import type { ServerMigration } from "../../src/compute/domain/server-migration.ts";
import { resizeHeld, resizeResources } from "../../src/compute/domain/server-resize.ts";
import { resourcesOfFlavor } from "../../src/compute/domain/flavor-resources.ts";
import type { Server, ServerTpm } from "../../src/compute/domain/server.ts";
import { aServer } from "../../src/compute/domain/testing/a-server.ts";
import { serverDelete } from "../../src/compute/sagas/server-delete.ts";
import { serverResizeConfirm } from "../../src/compute/sagas/server-resize-confirm.ts";
import { serverResizeRevert } from "../../src/compute/sagas/server-resize-revert.ts";
import { serverResize } from "../../src/compute/sagas/server-resize.ts";
import { serverRestore } from "../../src/compute/sagas/server-restore.ts";
import { serverSoftDelete } from "../../src/compute/sagas/server-soft-delete.ts";
import { serverHeldSet } from "../../src/compute/store/server-flavor.ts";
import { serverMigrationFind, serverMigrationInsert } from "../../src/compute/store/server-migrations.ts";
import { serverFind, serverInsert, serverUsage } from "../../src/compute/store/servers.ts";
import { endorsementKeyList, endorsementKeysReplace } from "../../src/compute/store/tpm-endorsement-keys.ts";
import { tpmPark } from "../../src/compute/store/tpm-parked.ts";
import { tpmGenerationInsert, tpmGenerationKeptList } from "../../src/compute/store/tpm-vault-generations.ts";
import { computeWorld, computeWorldMigrations } from "../kit/compute-world.ts";

const hostId = "0f8fad5b-d9cb-469f-a165-70867728950e";
const tpm: ServerTpm = {
  version: "2.0",
  model: "tpm-crb",
  secretSecurity: "user",
  secretId: "b3c1f7de-53f4-44f5-8cd5-9b6f1f0a6c11" as SecretId,
};
const otherTpm: ServerTpm = {
  ...tpm,
  model: "tpm-tis",
  secretId: "7d0e7c1a-18ac-4b42-9c62-0d6c7b1a5e22" as SecretId,
};
const [passphrase, otherPassphrase] = [Buffer.alloc(512, "p"), Buffer.alloc(512, "o")];
const sagaId = "b5a6a4a2-3f0f-4c57-9b2e-1d7a70c1e0aa" as SagaId;
const small = aServer().flavor;
const large = { ...small, id: "2", name: "large", vcpus: 2, memoryMiB: 512, rootGiB: 3 };
const key = { algorithm: "rsa", publicKey: "the old key", certificate: "a certificate" } as const;

let folder: string;
let sealKey: SealKeyPair;
let hostKey: SealKeyPair;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sealstone-sagas-"));
  [sealKey, hostKey] = [
    await sealKeyPairLoad(join(folder, "key")),
    await sealKeyPairLoad(join(folder, "host.key")),
  ];
});
afterAll(() => rm(folder, { recursive: true }));

const migrations = computeWorldMigrations;

interface Start {
  readonly server: Server;
  /** The resize that the saga works on, as far as it is: `finished` has both sides on the host already. */
  readonly resize?: Pick<ServerMigration, "old" | "new" | "status"> | undefined;
}

/** A host, a key manager, a vault and Placement with all that a server of this state has. */
async function world(database: Database, { server, resize }: Start) {
  const tpms = [server.tpm, resize?.old.tpm, resize?.new.tpm];
  const secrets = new Set<string>(tpms.flatMap((each) => each?.secretId ?? []));
  const { deps, placement, host } = await computeWorld(database, {
    sealKey,
    hostKey,
    hostId,
    imagesFolder: join(folder, "images"),
    secrets: {
      async deleteAsService(secretId, _requestId, also) {
        if (secrets.delete(secretId)) await database.transaction(async (tx) => also?.(tx, secretId));
      },
    },
  });
  const { clock } = deps;
  const replaced = resize !== undefined && resize.old.tpm?.secretId !== resize.new.tpm?.secretId;
  const bothSides = resize !== undefined && resize.status !== "pre-migrating";
  const migrationId = await database.transaction(async (tx) => {
    await serverInsert(tx, server);
    const generation = (owner: string, number: number) =>
      tpmGenerationInsert(
        tx,
        owner,
        {
          generation: number,
          hostId,
          sha256: `${number}`.repeat(64),
          bytes: Buffer.from("state"),
          at: 0,
          cause: "made",
          order: { process: "agent", number },
        },
        5,
      );
    await generation(server.id, 1);
    await endorsementKeysReplace(tx, server.id, [key]);
    if (!resize) return 0;
    await serverHeldSet(tx, server.id, resizeHeld(resize.old.flavor, resize.new.flavor), clock.now());
    const { id: serverId, projectId, userId } = server;
    const uuid = "9f6e0c3a-5b1d-4f0e-8a44-2c8d7b6a1f33";
    const row = { ...resize, uuid, serverId, projectId, userId, type: "resize" as const };
    const id = await serverMigrationInsert(tx, {
      ...row,
      sourceHostId: hostId,
      destHostId: hostId,
      createdAt: clock.now(),
    });
    if (bothSides && replaced) {
      await tpmPark(tx, { serverId, uuid });
      await generation(serverId, 7);
    }
    return id;
  });
  await placement.allocationClaim({
    consumerUuid: server.id,
    providerUuid: hostId,
    resources: bothSides
      ? resizeResources(resize.old.flavor, resize.new.flavor)
      : resourcesOfFlavor(server.flavor),
    projectId: "project",
    userId: "user",
  });
  const powerState = server.powerState === "running" ? "running" : "shutdown";
  const text = (replaced && bothSides ? otherPassphrase : passphrase).toString("latin1");
  host.place(server.id, { powerState, tpm: text });
  const found = host.servers.get(server.id);
  if (found && bothSides) found.oldDisk = true;
  if (found && bothSides && replaced) found.oldTpm = passphrase.toString("latin1");
  const box = async (secret: Buffer): Promise<Buffer> =>
    Buffer.from(await boxSeal(sealKey.publicKey, secret, sagaAssociatedData(sagaId, server.id)), "base64");
  return {
    params: { serverId: server.id, requestId: "req-1", migrationId },
    deps,
    sagaId,
    sealedBox: resize
      ? sealedBoxesJoin([await box(passphrase), await box(otherPassphrase)])
      : await box(passphrase),
    resource: server.id,
    left: async () => {
      const row = await serverFind(database.db, server.id);
      const usage = await serverUsage(database.db, { projectId: server.projectId, userId: undefined });
      return {
        host: host.servers.get(server.id),
        secrets: [...secrets],
        allocation: (await placement.allocationsOf(server.id))[0]?.resources,
        vault: await tpmGenerationKeptList(database.db, server.id),
        parked: (await tpmGenerationKeptList(database.db, "9f6e0c3a-5b1d-4f0e-8a44-2c8d7b6a1f33")).length,
        keys: (await endorsementKeyList(database.db, server.id)).map(({ publicKey }) => publicKey),
        migration: (await serverMigrationFind(database.db, migrationId))?.status,
        cores: usage.cores,
        server: row && {
          vmState: row.vmState,
          taskState: row.taskState,
          flavor: row.flavor.name,
          secretId: row.tpm?.secretId,
        },
      };
    },
  };
}

const before = { flavor: small, tpm, vmState: "active" } as const;
const [kept, replaced] = [
  { old: before, new: { flavor: large, tpm } },
  { old: before, new: { flavor: large, tpm: otherTpm } },
];
const oldSide = {
  host: {
    domain: true,
    disks: true,
    tpm: passphrase.toString("latin1"),
    powerState: "running",
    managedSave: false,
  },
  secrets: [tpm.secretId],
  allocation: resourcesOfFlavor(small),
  vault: [1],
  parked: 0,
  keys: ["the old key"],
  cores: 1,
  server: { vmState: "active", taskState: undefined, flavor: "plain.small", secretId: tpm.secretId },
};

const running = (changes: Partial<Server>): Server => aServer({ tpm, hostId, ...changes });

for (const [resize, name] of [
  [kept, "kept"],
  [replaced, "replaced"],
] as const)
  describe(`the TPM is ${name}`, () => {
    const isReplaced = name === "replaced";
    const after = resize.new.tpm;
    sagaTests(serverResize, {
      migrations,
      world: (database) =>
        world(database, {
          server: running({ taskState: "resize_prep" }),
          resize: { ...resize, status: "pre-migrating" },
        }),
      done: (left) =>
        expect(left).toMatchObject({
          host: { oldDisk: true, powerState: "running" },
          allocation: { VCPU: 2, MEMORY_MB: 512, DISK_GB: 4 },
          vault: isReplaced ? [] : [1],
          parked: isReplaced ? 1 : 0,
          keys: [isReplaced ? "a key" : "the old key"],
          migration: "finished",
          cores: 2,
          server: { vmState: "resized", taskState: undefined, flavor: "large", secretId: after.secretId },
        }),
      // Nothing of the resize is left, and the server runs as before.
      unwound: (left) => expect(left).toEqual({ ...oldSide, migration: "error" }),
    });
    const finished = (task: Server["taskState"]) => (database: Database) =>
      world(database, {
        server: running({ flavor: large, tpm: after, vmState: "resized", taskState: task }),
        resize: { ...resize, status: "finished" },
      });
    sagaTests(serverResizeConfirm, {
      migrations,
      world: finished("resize_confirming"),
      done: (left) =>
        expect(left).toMatchObject({
          host: { powerState: "running", domain: true, disks: true },
          secrets: [after.secretId],
          allocation: resourcesOfFlavor(large),
          vault: [isReplaced ? 7 : 1],
          parked: 0,
          migration: "confirmed",
          cores: 2,
          server: { vmState: "active", taskState: undefined, flavor: "large", secretId: after.secretId },
        }),
      // It can be asked for again.
      unwound: (left) =>
        expect(left).toMatchObject({
          host: { powerState: "running" },
          server: { vmState: expect.stringMatching(/resized|active/) as string, taskState: undefined },
        }),
    });
    sagaTests(serverResizeRevert, {
      migrations,
      world: finished("resize_reverting"),
      done: (left) => expect(left).toEqual({ ...oldSide, migration: "reverted" }),
      unwound: (left) => expect(left).toMatchObject({ server: { taskState: undefined } }),
    });
    sagaTests(serverSoftDelete, {
      migrations,
      world: finished("soft-deleting"),
      done: (left) =>
        expect(left).toMatchObject({
          host: { powerState: "shutdown", domain: true, disks: true },
          secrets: [after.secretId],
          vault: [isReplaced ? 7 : 1],
          parked: 0,
          migration: "confirmed",
          cores: 0,
          server: { vmState: "soft-delete", taskState: undefined },
        }),
      unwound: (left) => expect(left).toMatchObject({ server: { taskState: undefined } }),
    });
    sagaTests(serverDelete, {
      migrations,
      world: finished("deleting"),
      done: (left) =>
        expect(left).toEqual({
          host: undefined,
          secrets: [],
          allocation: undefined,
          vault: [],
          parked: 0,
          keys: [],
          migration: "confirmed",
          cores: 0,
          server: undefined,
        }),
      unwound: (left) =>
        expect((left as { server?: { taskState?: string } }).server?.taskState).toBeUndefined(),
    });
  });

sagaTests(serverRestore, {
  migrations,
  world: (database) =>
    world(database, {
      server: running({ vmState: "soft-delete", taskState: "restoring", powerState: "shutdown" }),
    }),
  done: (left) =>
    expect(left).toMatchObject({
      host: { powerState: "running" },
      server: { vmState: "active", taskState: undefined },
    }),
  unwound: (left) =>
    expect(left).toMatchObject({
      host: { powerState: "shutdown", tpm: passphrase.toString("latin1") },
      secrets: [tpm.secretId],
      vault: [1],
      server: { vmState: "soft-delete", taskState: undefined },
    }),
});
