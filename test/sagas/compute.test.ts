import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, expect } from "vitest";
import { systemClock } from "#base/clock.ts";
import { CloudError } from "#base/errors.ts";
import type { SagaId, SecretId } from "#base/ids.ts";
import { anonymous, type Ctx } from "#http/index.ts";
import type { ImageService } from "#image/index.ts";
import type { Database } from "#db/index.ts";
import { sagaTests, type SagaTestSetup } from "#saga/testing/index.ts";
import { boxSeal, sealKeyPairLoad, type SealKeyPair } from "#seal/index.ts";
import type { ComputeSagaDeps } from "../../src/compute/app/deps.ts";
import { sagaAssociatedData } from "../../src/compute/app/passphrase.ts";
import { rebuiltFieldsOf, type Server, type VmState } from "../../src/compute/domain/server.ts";
import { sealedBoxesJoin } from "../../src/compute/app/sealed-boxes.ts";
import { endorsementKeyList, endorsementKeysReplace } from "../../src/compute/store/tpm-endorsement-keys.ts";
import { serverActionRules } from "../../src/compute/domain/server-action.ts";
import { aServer } from "../../src/compute/domain/testing/a-server.ts";
import { serverActionSagas, type PlainActionName } from "../../src/compute/sagas/server-action-sagas.ts";
import {
  serverCreate,
  serverCreate2,
  type ServerCreateParams,
} from "../../src/compute/sagas/server-create.ts";
import { serverCreateBackup } from "../../src/compute/sagas/server-create-backup.ts";
import { serverCreateImage } from "../../src/compute/sagas/server-create-image.ts";
import { serverRebuild } from "../../src/compute/sagas/server-rebuild.ts";
import { imageTpmFind, imageTpmInsert, imageTpmSet } from "../../src/compute/store/image-tpms.ts";
import { rebuildFind, rebuildInsert } from "../../src/compute/store/rebuilds.ts";
import { serverDelete } from "../../src/compute/sagas/server-delete.ts";
import { serverRescue } from "../../src/compute/sagas/server-rescue.ts";
import { passphraseOrphanList } from "../../src/compute/store/passphrase-orphans.ts";
import { serverShelve } from "../../src/compute/sagas/server-shelve.ts";
import { serverShelveOffload } from "../../src/compute/sagas/server-shelve-offload.ts";
import { serverUnshelve } from "../../src/compute/sagas/server-unshelve.ts";
import { serverFind, serverInsert } from "../../src/compute/store/servers.ts";
import { shelvedImageFind, shelvedServerSet } from "../../src/compute/store/shelved-servers.ts";
import { tpmGenerationInsert, tpmGenerationKeptList } from "../../src/compute/store/tpm-vault-generations.ts";
import { computeWorld, computeWorldMigrations } from "../kit/compute-world.ts";

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

const callersToken = "a token of the caller";

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

interface WorldImage {
  readonly id: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly active: boolean;
}

async function imagesMake(image: ImageService, database: Database, wanted: readonly WorldImage[]) {
  const caller = { ...anonymous, projectId: "project" };
  for (const [index, { id, properties, active }] of wanted.entries()) {
    // Each a second younger than the one before, however quickly they are made.
    const clock = { now: () => systemClock.now() + index * 1_000 };
    const ctx = { caller, clock, enforce: () => undefined, allows: () => true };
    const rest = { name: "image", visibility: "private", minDiskGiB: 0, minRamMiB: 0 } as const;
    const insert = image.imageDraft(ctx as unknown as Ctx, { id, properties, ...rest });
    await database.transaction((tx) => insert(tx));
    if (!active) continue;
    const bytes = Buffer.from("an older one");
    await image.keeper.store(id, {
      diskFormat: "raw",
      containerFormat: "bare",
      properties: {},
      sizeBytes: bytes.length,
      sha512: createHash("sha512").update(bytes).digest("hex"),
      chunks: Readable.from([bytes]),
    });
  }
}

/**
 * A world with one scripted host, on which the server already is when `placed`. `more.barbican`: the passphrase is in an external key
 * manager that asks for the caller's token, and what it does then. Of the mode `host`: its host keeps the passphrase.
 */
async function world(
  database: Database,
  server: Server,
  placed: boolean,
  more: {
    readonly images?: readonly WorldImage[];
    readonly barbican?: "deletes" | "refuses" | "is away";
    readonly secrets?: readonly string[];
    readonly shelvedIn?: string;
  } = {},
) {
  const secrets = new Set<string>([tpm.secretId, ...(more.secrets ?? [])]);
  const { deps, image, placement, host } = await computeWorld(database, {
    sealKey: key,
    hostKey,
    hostId,
    imagesFolder: await mkdtemp(join(folder, "images-")),
    secrets: {
      findByName: async () => [],
      deletesAs: more.barbican === undefined ? "cloud" : "caller",
      async deleteAsService(secretId, _requestId, also, token) {
        if (more.barbican !== undefined && token?.expose() !== callersToken)
          return new CloudError("unauthenticated", "not this token");
        if (more.barbican === "refuses") return new CloudError("forbidden", "not you");
        if (more.barbican === "is away") return new CloudError("unavailable", "nobody is there");
        if (secrets.delete(secretId)) await database.transaction(async (tx) => also?.(tx, secretId));
        return undefined;
      },
    },
  });
  await imagesMake(image, database, more.images ?? []);
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
  if (more.shelvedIn !== undefined) {
    const shelved = { imageId: more.shelvedIn, sha512: "00", sizeBytes: 1, diskFormat: "qcow2" };
    await database.transaction((tx) => shelvedServerSet(tx, server.id, { image: shelved, at: 1 }));
    host.rest(server.id, passphrase.toString("latin1"));
  }
  const box =
    more.barbican === undefined
      ? await boxSeal(key.publicKey, passphrase, sagaAssociatedData(sagaId, server.id))
      : await boxSeal(
          key.publicKey,
          Buffer.from(callersToken),
          `sealstone saga ${sagaId} server ${server.id} token`,
        );
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
        orphans: (await passphraseOrphanList(database.db, { limit: 10 })).map(({ reason }) => reason),
        allocations: (await placement.allocationsOf(server.id)).length,
        vault: (await tpmGenerationKeptList(database.db, server.id)).length,
        images: Object.fromEntries(
          await Promise.all(
            (more.images ?? []).map(async ({ id }) => [id, (await image.keeper.find(id))?.status] as const),
          ),
        ),
        shelvedIn: (await shelvedImageFind(database.db, server.id))?.imageId,
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

const migrations = computeWorldMigrations;

const creation: SagaTestSetup<ServerCreateParams, ComputeSagaDeps> = {
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
};

sagaTests(serverCreate, creation);
sagaTests(serverCreate2, creation);

const nothingLeft = {
  host: {},
  secrets: [],
  orphans: [],
  allocations: 0,
  vault: 0,
  images: {},
  shelvedIn: undefined,
  server: undefined,
};

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

const imageId = "2d9a0fd2-7c1f-4b67-9d6f-6f7a35b7c0de";
const olderId = "7b0f3d9c-1a4e-4b52-8f4f-0b6a0c6d9e01";
const untouched = (left: unknown) => {
  expect(JSON.stringify(left)).not.toContain("snapshots");
  expect(left).toMatchObject({
    host: { [aServer().id]: { disks: true, domain: true, powerState: "running" } },
    allocations: 1,
    vault: 1,
    server: { vmState: "active", taskState: undefined, hostId, fault: undefined },
  });
};
const queued: WorldImage = { id: imageId, properties: {}, active: false };

sagaTests(serverCreateImage, {
  migrations,
  world: async (database) => ({
    ...(await world(database, aServer({ tpm, hostId, taskState: "image_snapshot_pending" }), true, {
      images: [queued],
    })),
    params: { serverId: aServer().id, requestId: "req-1", imageId, copyTpm: false },
  }),
  done: (left) => {
    untouched(left);
    expect(left).toMatchObject({ images: { [imageId]: "active" } });
  },
  unwound: (left) => {
    untouched(left);
    expect(left).toMatchObject({ images: { [imageId]: undefined } });
  },
});

const imageSecretId = "e0b9c3a2-5d0e-4c1f-8f57-3b1d2a9c4e77" as SecretId;
const imagePassphrase = Buffer.alloc(512, "i");

/** With `sealstone:tpm` `copy`. */
sagaTests(serverCreateImage, {
  migrations,
  world: async (database) => {
    const server = aServer({ tpm, hostId, taskState: "image_snapshot_pending" });
    const made = await world(database, server, true, { images: [queued], secrets: [imageSecretId] });
    const row = { imageId, serverId: server.id, userId: "user", projectId: "project", createdAt: 0 };
    const inserted = { ...row, version: "2.0", secretId: imageSecretId } as const;
    await database.transaction(async (tx) => {
      await imageTpmInsert(tx, inserted);
      const certificate = "-----BEGIN CERTIFICATE-----\nQUJD\nREVG\n-----END CERTIFICATE-----\n";
      await endorsementKeysReplace(tx, server.id, [{ algorithm: "rsa", publicKey: "", certificate }]);
    });
    const bound = sagaAssociatedData(sagaId, imageId);
    const box = Buffer.from(await boxSeal(key.publicKey, imagePassphrase, bound), "base64");
    return {
      ...made,
      params: { serverId: server.id, requestId: "req-1", imageId, copyTpm: true },
      sealedBox: sealedBoxesJoin([made.sealedBox, box]),
      left: async () => ({
        ...(await made.left()),
        copy: (await imageTpmFind(database.db, imageId))?.content,
      }),
    };
  },
  done: (left) => {
    untouched(left);
    // The host has none of the certificates: its server was shelved once.
    const certificates = [{ name: "ek-rsa2048.crt", bytes: "QUJDREVG" }];
    const copy = { bytes: imagePassphrase.toString("latin1"), certificates };
    expect(left).toMatchObject({ images: { [imageId]: "active" }, copy });
    expect(left).toMatchObject({ secrets: [tpm.secretId, imageSecretId] });
  },
  unwound: (left) => {
    untouched(left);
    expect(left).toMatchObject({ images: { [imageId]: undefined }, copy: undefined });
    expect(left).toMatchObject({ secrets: [tpm.secretId] });
  },
});

/** Of an image that carries a TPM. */
sagaTests(serverCreate, {
  migrations,
  world: async (database) => {
    const server = aServer({
      tpm: { ...tpm, copiedFrom: imageId },
      vmState: "building",
      taskState: "scheduling",
      powerState: "no-state",
      hostId: undefined,
    });
    const made = await world(database, server, false, { secrets: [imageSecretId] });
    const row = { imageId, serverId: "another", userId: "user", projectId: "project", createdAt: 0 };
    const content = { bytes: imagePassphrase.toString("latin1"), certificates: [] };
    await database.transaction(async (tx) => {
      await imageTpmInsert(tx, { ...row, version: "2.0", secretId: imageSecretId });
      await imageTpmSet(tx, imageId, content);
    });
    const bound = sagaAssociatedData(sagaId, imageId);
    const box = Buffer.from(await boxSeal(key.publicKey, imagePassphrase, bound), "base64");
    return { ...made, sealedBox: sealedBoxesJoin([made.sealedBox, box]) };
  },
  done: (left) =>
    expect(left).toMatchObject({
      host: { [aServer().id]: { powerState: "running", tpm: passphrase.toString("latin1") } },
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

const backupProperties = { image_type: "backup", backup_type: "daily", instance_uuid: aServer().id };

sagaTests(serverCreateBackup, {
  migrations,
  world: async (database) => ({
    ...(await world(database, aServer({ tpm, hostId, taskState: "image_backup" }), true, {
      images: [
        { id: olderId, properties: backupProperties, active: true },
        { ...queued, properties: backupProperties },
      ],
    })),
    params: {
      serverId: aServer().id,
      requestId: "req-1",
      imageId,
      owner: "project",
      backupType: "daily",
      rotation: 1,
    },
  }),
  done: (left) => {
    untouched(left);
    expect(left).toMatchObject({ images: { [imageId]: "active", [olderId]: undefined } });
  },
  // An older one may have been rotated away already; the new one is gone.
  unwound: (left) => {
    untouched(left);
    expect(left).toMatchObject({ images: { [imageId]: undefined } });
  },
});

const newImage = {
  id: olderId,
  properties: {},
  disk: { imageId: olderId, sha512: "00", sizeBytes: 1, diskFormat: "qcow2" },
};

for (const vmState of ["active", "stopped"] as const) {
  const powerState = vmState === "active" ? "running" : "shutdown";
  sagaTests(serverRebuild, {
    migrations,
    world: async (database) => {
      const old = aServer({ tpm, hostId, vmState, powerState, taskState: "rebuilding" });
      const server = { ...old, name: "rebuilt", image: newImage };
      const made = await world(database, server, true);
      await database.transaction((tx) =>
        rebuildInsert(tx, server.id, {
          old: { ...rebuiltFieldsOf(old), vmState },
          new: rebuiltFieldsOf(server),
        }),
      );
      const left = async () => ({
        ...(await made.left()),
        rebuild: await rebuildFind(database.db, server.id),
        image: (await serverFind(database.db, server.id))?.image.id,
      });
      return { ...made, left, sealedBox: sealedBoxesJoin([made.sealedBox]) };
    },
    done: (left) => {
      expect(JSON.stringify(left)).not.toContain("previousDisk");
      expect(left).toMatchObject({
        host: { [aServer().id]: { domain: true, powerState, disk: olderId } },
        server: { vmState, taskState: undefined, fault: undefined },
        image: olderId,
        rebuild: undefined,
        vault: 1,
      });
    },
    // The one or the other, whole; the TPM in either.
    unwound: (left) => {
      const { image } = left as { readonly image: string };
      const { host } = left as { readonly host: Record<string, { readonly disk?: string }> };
      expect(host[aServer().id]?.disk ?? "old").toBe(image === olderId ? olderId : "old");
      expect(left).toMatchObject({
        host: { [aServer().id]: { domain: true, powerState, tpm: passphrase.toString("latin1") } },
        server: { vmState, taskState: undefined, hostId },
        allocations: 1,
        vault: 1,
      });
    },
  });
}

const newTpm = { ...tpm, secretId: "5d2f6f0e-8a3b-4c55-9f0a-7e1c3b2a9d44" as SecretId };
const newPassphrase = Buffer.alloc(512, "n");
const endorsementKey = { algorithm: "rsa", publicKey: "the old", certificate: "the old's" } as const;

/** With `sealstone:tpm` `replace`. */
sagaTests(serverRebuild, {
  migrations,
  world: async (database) => {
    const old = aServer({ tpm, hostId, taskState: "rebuilding" });
    const server = { ...old, image: newImage };
    const made = await world(database, server, true, { secrets: [newTpm.secretId] });
    await database.transaction(async (tx) => {
      await endorsementKeysReplace(tx, server.id, [endorsementKey]);
      const after = { ...rebuiltFieldsOf(server), tpm: newTpm };
      await rebuildInsert(tx, server.id, {
        old: { ...rebuiltFieldsOf(old), vmState: "active" },
        new: after,
      });
    });
    const data = sagaAssociatedData(sagaId, server.id);
    const boxes = [passphrase, newPassphrase].map(async (each) =>
      Buffer.from(await boxSeal(key.publicKey, each, data), "base64"),
    );
    const left = async () => ({
      ...(await made.left()),
      parked: (await tpmGenerationKeptList(database.db, sagaId)).length,
      keys: await endorsementKeyList(database.db, server.id),
      secretId: (await serverFind(database.db, server.id))?.tpm?.secretId,
    });
    return { ...made, left, sealedBox: sealedBoxesJoin(await Promise.all(boxes)) };
  },
  done: (left) =>
    expect(left).toMatchObject({
      host: {
        [aServer().id]: { powerState: "running", disk: olderId, tpm: newPassphrase.toString("latin1") },
      },
      server: { vmState: "active", taskState: undefined },
      secretId: newTpm.secretId,
      secrets: [newTpm.secretId],
      keys: [{ publicKey: "a key" }],
      parked: 0,
    }),
  unwound: (left) => {
    const { secretId } = left as { readonly secretId: string };
    const isNew = secretId === newTpm.secretId;
    const { host } = left as { readonly host: Record<string, { readonly disk?: string }> };
    expect(host[aServer().id]?.disk ?? "old").toBe(isNew ? olderId : "old");
    expect(left).toMatchObject({
      host: {
        [aServer().id]: {
          powerState: "running",
          tpm: (isNew ? newPassphrase : passphrase).toString("latin1"),
        },
      },
      server: { vmState: "active", taskState: undefined },
      secrets: [secretId],
      keys: [{ publicKey: isNew ? "a key" : "the old" }],
      parked: 0,
      // A scripted host hands in nothing of the new one.
      vault: isNew ? 0 : 1,
    });
  },
});

const before: Readonly<Record<PlainActionName, Partial<Server>>> = {
  start: { vmState: "stopped", powerState: "shutdown" },
  stop: {},
  "soft-reboot": {},
  "hard-reboot": {},
  pause: {},
  unpause: { vmState: "paused" },
  suspend: {},
  resume: { vmState: "suspended", powerState: "suspended" },
  unrescue: { vmState: "rescued" },
};

for (const [name, definition] of Object.entries(serverActionSagas) as [
  PlainActionName,
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

sagaTests(serverRescue, {
  migrations,
  world: async (database) => {
    const server = aServer({ tpm, hostId, taskState: "rescuing", configDrive: true });
    const made = await world(database, server, true);
    return { ...made, params: { ...made.params, image: server.image } };
  },
  done: (left) =>
    expect(left).toMatchObject({
      host: {
        [aServer().id]: {
          powerState: "running",
          rescueDisk: true,
          rescue: { device: "disk", bus: "virtio", stable: false },
          configDrives: { rescue: { name: "server" } },
          tpm: passphrase.toString("latin1"),
        },
      },
      server: { vmState: "rescued", taskState: undefined },
    }),
  // Its own domain, and nothing of the rescue.
  unwound: (left) => {
    expect(left).toMatchObject({
      host: { [aServer().id]: { domain: true, disks: true, tpm: passphrase.toString("latin1") } },
      allocations: 1,
      server: { taskState: undefined, hostId },
    });
    const { host } = left as { host: Record<string, { rescue?: object; rescueDisk?: boolean }> };
    expect(host[aServer().id]?.rescue).toBeUndefined();
    expect(host[aServer().id]?.rescueDisk).toBeUndefined();
  },
});

function onItsDisk(left: unknown): void {
  expect(left).toMatchObject({
    host: {
      [aServer().id]: { domain: true, disks: true, tpm: passphrase.toString("latin1") },
    },
    allocations: 1,
    server: { taskState: undefined, hostId },
  });
  expect(JSON.stringify(left)).not.toContain("snapshots");
}

const isIn = (vmState: VmState, left: unknown): boolean =>
  (left as { server: { vmState: VmState } }).server.vmState === vmState;

function shelvedBy(offload: boolean, left: unknown): void {
  const taskState = offload ? "shelving_offloading" : undefined;
  expect(left).toMatchObject({
    host: { [aServer().id]: { domain: true, disks: true, powerState: "shutdown", managedSave: false } },
    images: { [imageId]: "active" },
    shelvedIn: imageId,
    server: { vmState: "shelved", taskState, hostId },
  });
}

for (const [from, offload] of [
  ["active", false],
  ["active", true],
  ["suspended", false],
] as const) {
  sagaTests(serverShelve, {
    migrations,
    world: async (database) => {
      const powerState = from === "suspended" ? "suspended" : "running";
      const server = aServer({ tpm, hostId, vmState: from, powerState, taskState: "shelving" });
      const made = await world(database, server, true, { images: [queued] });
      return { ...made, params: { ...made.params, imageId, offload } };
    },
    done: (left) => shelvedBy(offload, left),
    unwound: (left) => {
      // The last step was done: that is not taken back.
      if (isIn("shelved", left)) return shelvedBy(offload, left);
      onItsDisk(left);
      expect(left).toMatchObject({ images: { [imageId]: undefined }, shelvedIn: undefined });
    },
  });
}

sagaTests(serverShelveOffload, {
  migrations,
  world: (database) => {
    const changes = { vmState: "shelved", powerState: "shutdown", taskState: "shelving_offloading" } as const;
    return world(database, aServer({ tpm, hostId, ...changes }), true, {
      images: [{ ...queued, active: true }],
      shelvedIn: imageId,
    });
  },
  done: (left) =>
    expect(left).toMatchObject({
      host: {},
      secrets: [tpm.secretId],
      allocations: 0,
      vault: 1,
      images: { [imageId]: "active" },
      shelvedIn: imageId,
      server: { vmState: "shelved_offloaded", taskState: undefined, hostId: undefined },
    }),
  // What has gone from the host is in image and vault.
  unwound: (left) =>
    expect(left).toMatchObject({
      secrets: [tpm.secretId],
      vault: 1,
      images: { [imageId]: "active" },
      shelvedIn: imageId,
      server: isIn("shelved", left)
        ? { taskState: undefined, hostId }
        : { vmState: "shelved_offloaded", taskState: undefined, hostId: undefined },
    }),
});

for (const offloaded of [true, false]) {
  sagaTests(serverUnshelve, {
    migrations,
    world: async (database) => {
      const server = aServer({
        tpm,
        hostId: offloaded ? undefined : hostId,
        vmState: offloaded ? "shelved_offloaded" : "shelved",
        powerState: "shutdown",
        taskState: "unshelving",
        configDrive: true,
      });
      const made = await world(database, server, !offloaded, {
        images: [{ ...queued, active: true }],
        shelvedIn: imageId,
      });
      return { ...made, params: { ...made.params, imageId, offloaded, destinationId: hostId } };
    },
    done: (left) =>
      expect(left).toMatchObject({
        host: {
          [aServer().id]: {
            domain: true,
            disks: true,
            powerState: "running",
            tpm: passphrase.toString("latin1"),
          },
        },
        allocations: 1,
        images: { [imageId]: undefined },
        shelvedIn: undefined,
        server: { vmState: "active", taskState: undefined, hostId },
      }),
    unwound: (left) => {
      // It runs: that is not taken back.
      if (isIn("active", left)) return onItsDisk(left);
      if (!offloaded) onItsDisk(left);
      expect(left).toMatchObject({
        ...(offloaded ? { host: {} } : {}),
        allocations: offloaded ? 0 : 1,
        images: { [imageId]: "active" },
        shelvedIn: imageId,
        server: {
          vmState: offloaded ? "shelved_offloaded" : "shelved",
          taskState: undefined,
          hostId: offloaded ? undefined : hostId,
        },
      });
    },
  });
}
