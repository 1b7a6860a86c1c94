import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "#base/clock.ts";
import { newUuid, type SecretId } from "#base/ids.ts";
import type { Database } from "#db/index.ts";
import { openTestDatabase } from "#db/testing/index.ts";
import type { SealedPayload, Secret } from "../domain/secret.ts";
import { keyManagerMigrations } from "../index.ts";
import { projectKeyInsertIfAbsent } from "../store/keys.ts";
import { secretFind, secretInsert } from "../store/secrets.ts";
import { masterKeyFile } from "./master-key-file.ts";
import { masterKeyRingOpen } from "./master-key-ring.ts";
import { createPayloadVault, type PayloadVault } from "./payload-vault.ts";

let folder: string;
let database: Database;
let vault: PayloadVault;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sealstone-payload-vault-"));
  database = await openTestDatabase(keyManagerMigrations, { folder });
  const holder = masterKeyFile(join(folder, "master.key"));
  const ring = await masterKeyRingOpen({ database, clock: systemClock, holder });
  vault = createPayloadVault({ database, clock: systemClock, ring });
});
afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

const projectId = "p1";
const id = newUuid<SecretId>();

function aSecret(payload: SealedPayload): Secret {
  const facts = { name: "s", secretType: "opaque", algorithm: undefined, bitLength: undefined } as const;
  const times = { expiresAt: undefined, createdAt: 0, updatedAt: 0 };
  const contentType = "text/plain";
  return { ...facts, ...times, id, projectId, creatorId: "u1", mode: undefined, contentType, payload };
}

const seal = () => vault.seal({ secretId: id, projectId }, Buffer.from("sealed"));
const store = (payload: SealedPayload) => database.transaction((tx) => secretInsert(tx, aSecret(payload)));

/** As if the rotation had come to its end between the sealing and the storing. */
async function retire(generation: number): Promise<void> {
  const next = await vault.newKey(projectId, generation + 1);
  await database.transaction(async (tx) => {
    await projectKeyInsertIfAbsent(tx, next);
    await tx.deleteFrom("key_manager_project_keys").where("generation", "=", generation).execute();
  });
}

test("what was sealed with a key that was retired meanwhile is sealed and stored again", async () => {
  await seal();
  let tries = 0;
  const answer = await vault.underCurrentKey(projectId, async () => {
    const payload = await seal();
    tries += 1;
    if (tries === 1) await retire(1);
    await store(payload);
    return "stored";
  });
  expect([answer, tries]).toEqual(["stored", 2]);
  const secret = await secretFind(database.db, id, 0);
  if (!secret?.payload) throw new Error("no payload");
  const opened = await vault.open({ secretId: id, projectId }, secret.payload);
  expect(opened.toString()).toBe("sealed");
});

test("twice in a row the caller is asked to try again; another failure stays what it is", async () => {
  await seal();
  let generation = 0;
  const again = vault.underCurrentKey(projectId, async () => {
    const payload = await seal();
    generation += 1;
    await retire(generation);
    await store(payload);
  });
  await expect(again).rejects.toMatchObject({ code: "unavailable" });
  expect(generation).toBe(2);
  const failing = vault.underCurrentKey(projectId, () => Promise.reject(new Error("disk full")));
  await expect(failing).rejects.toThrow("disk full");
});
