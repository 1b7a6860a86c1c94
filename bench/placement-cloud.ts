/**
 * The process that `placement.bench.ts` measures: a control plane with so many providers, and on a second port a bare Fastify that
 * answers what it was given. Arguments: how many, and a PostgreSQL's URL (else SQLite). It prints what it is as one line of JSON.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Fastify from "fastify";
import { silentLogger } from "#base/logger.ts";
import { Secret } from "#base/secret.ts";
import { createInProcessBus } from "#bus/index.ts";
import { openDatabase, type Database, type DatabaseAddress } from "#db/index.ts";
import { allMigrations, controlPlaneStart, type ControlPlane } from "../src/main/control-plane.ts";
import { inventoryDefaults } from "../src/placement/domain/inventory.ts";
import { createPictureKeeper } from "../src/placement/picture/keeper.ts";
import { inventoryInsert } from "../src/placement/store/inventories.ts";
import { providerTraitInsert } from "../src/placement/store/provider-traits.ts";
import { providerInsert } from "../src/placement/store/providers.ts";
import { clientAuthenticate } from "../test/kit/client.ts";
import { freePort } from "../test/kit/test-cloud.ts";

const count = Number(process.argv[2]);
const postgresql = process.argv[3];
const statePath = await mkdtemp(join(tmpdir(), "sealstone-placement-"));
const address: DatabaseAddress =
  postgresql === undefined
    ? { kind: "sqlite", path: join(statePath, "sealstone.sqlite") }
    : { kind: "postgresql", url: new Secret(postgresql) };

const inventories = {
  VCPU: { total: 10_000, allocationRatio: 4 },
  MEMORY_MB: { total: 100_000_000 },
  DISK_GB: { total: 1_000_000 },
};

function providerUuid(index: number): string {
  return `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
}

async function fill(database: Database): Promise<void> {
  for (let from = 0; from < count; from += 1_000) {
    await database.transaction(async (tx) => {
      for (let index = from; index < Math.min(count, from + 1_000); index += 1) {
        const uuid = providerUuid(index);
        const provider = {
          uuid,
          name: `host-${index}`,
          generation: 0,
          parentUuid: undefined,
          rootUuid: uuid,
        };
        await providerInsert(tx, { ...provider, createdAtMs: 0, updatedAtMs: 0 });
        for (const [resourceClass, settings] of Object.entries(inventories)) {
          const key = { providerUuid: uuid, resourceClass };
          await inventoryInsert(tx, key, { ...inventoryDefaults, ...settings }, 0);
        }
        await providerTraitInsert(tx, {
          provider_uuid: uuid,
          trait: "COMPUTE_SECURITY_TPM_2_0",
          from_host: 1,
          created_at: 0,
        });
      }
    });
  }
}

function heapBytes(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Of a picture of its own, beside which nothing happens. */
async function pictureMeasure(database: Database): Promise<{ pictureMs: number; pictureBytes: number }> {
  const keeper = createPictureKeeper(database);
  const before = heapBytes();
  const startedAt = performance.now();
  await keeper.current();
  const pictureMs = performance.now() - startedAt;
  const pictureBytes = heapBytes() - before;
  // Until here it is held.
  await keeper.current();
  return { pictureMs, pictureBytes };
}

const port = await freePort();
const url = `http://127.0.0.1:${port}`;
const start = (): Promise<ControlPlane> =>
  controlPlaneStart({
    statePath,
    database: address,
    replicaId: "control-plane bench",
    address: "127.0.0.1",
    port,
    publicUrl: url,
    bus: createInProcessBus(),
    log: silentLogger,
    guest: undefined,
  });

// A new cloud first, for its administrator; providers come while it is not looking.
await (await start()).stop();
const database = await openDatabase({ address, migrations: allMigrations });
await fill(database);
const picture = await pictureMeasure(database);
await database.close();
const controlPlane = await start();
const password = /OS_PASSWORD=(\S+)/.exec(await readFile(join(statePath, "openrc"), "utf8"))?.[1] ?? "";
const admin = await clientAuthenticate(url, { user: "admin", password, project: "admin" });

const bare = Fastify({ bodyLimit: 256 * 1024 ** 2 });
let bytes: Buffer = Buffer.from("{}");
bare.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
bare.put("/bare", (request, reply) => {
  bytes = request.body as Buffer;
  return reply.code(204).send();
});
bare.get("/bare", (_request, reply) => reply.header("content-type", "application/json").send(bytes));
const bareUrl = await bare.listen({ host: "127.0.0.1", port: 0 });

console.log(JSON.stringify({ url, bareUrl, token: admin.token, ...picture }));
process.once("SIGTERM", () => {
  void Promise.all([bare.close(), controlPlane.stop()])
    .then(() => rm(statePath, { recursive: true }))
    .then(() => process.exit(0));
});
