import { afterEach, beforeEach, expect, test } from "vitest";
import { auditMigrations, createAudit } from "#audit/index.ts";
import { isCloudError } from "#base/errors.ts";
import type { SecretId } from "#base/ids.ts";
import { silentLogger } from "#base/logger.ts";
import type { Database } from "#db/index.ts";
import { openTestDatabase } from "#db/testing/index.ts";
import { sagaMigrations } from "#saga/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import { computeMigrations } from "../index.ts";
import {
  passphraseIntentFulfil,
  passphraseIntentInsert,
  passphraseIntentSome,
} from "../store/passphrase-intents.ts";
import { passphraseOrphanList } from "../store/passphrase-orphans.ts";
import { passphraseIntentsReap } from "./passphrase-intents.ts";

let database: Database;
let now: number;
/** What the embedded key manager has, by its names; undefined: an external one, which shows nothing without a token. */
let stored: Map<string, SecretId> | undefined;
beforeEach(async () => {
  database = await openTestDatabase({ ...auditMigrations, ...sagaMigrations, ...computeMigrations });
  now = Date.parse("2026-11-22T10:00:00Z");
  stored = new Map();
});
afterEach(() => database.close());

const secretId = "4f0e8b5c-6f0c-4a52-9b0b-7b7f1f3f9e11" as SecretId;

function deps(): ComputeSagaDeps {
  const clock = { now: () => now };
  const secrets = {
    findByName: async (name: string) =>
      stored && [...stored].flatMap(([known, id]) => (known === name ? [id] : [])),
    async deleteAsService(id: SecretId) {
      for (const [name, known] of stored ?? []) if (known === id) stored?.delete(name);
      return undefined;
    },
  };
  const audit = createAudit({ database, clock, log: silentLogger });
  return {
    database,
    clock,
    secrets,
    audit,
    log: silentLogger,
    cloudAccount: { userId: "nova" },
  } as unknown as ComputeSagaDeps;
}

function intend(id: string, owner: string, image: string | null = null): Promise<void> {
  return database.transaction((tx) =>
    passphraseIntentInsert(tx, {
      id,
      server_id: `server of ${id}`,
      image_id: image,
      project_id: "project",
      user_id: "user",
      owner_id: owner,
      created_at: now,
    }),
  );
}

async function fulfilled(id: string): Promise<boolean> {
  try {
    await database.transaction((tx) => passphraseIntentFulfil(tx, id));
    return true;
  } catch (error) {
    if (isCloudError(error, "unavailable")) return false;
    throw error;
  }
}

test("at its start a control plane gives up its own requests, and leaves those that others serve", async () => {
  await intend("mine", "control-plane 1");
  await intend("another's", "control-plane 2");
  stored?.set("vTPM secret for instance server of mine", secretId);
  stored?.set("vTPM secret for instance server of another's", secretId.replace("4", "5") as SecretId);
  await passphraseIntentsReap(deps(), "control-plane 1");
  expect([...(stored?.keys() ?? [])]).toEqual(["vTPM secret for instance server of another's"]);
  expect([await fulfilled("mine"), await fulfilled("another's")]).toEqual([false, true]);
});

test("an old one is given up whosever it is, and its request cannot go on", async () => {
  await intend("slow", "control-plane 2");
  now += 14 * 60_000;
  await passphraseIntentsReap(deps());
  expect(stored).toBeDefined();
  now += 2 * 60_000;
  stored?.set("vTPM secret for instance server of slow", secretId);
  await passphraseIntentsReap(deps());
  expect([...(stored?.keys() ?? [])]).toEqual([]);
  expect(await fulfilled("slow")).toBe(false);
});

test("a reaper that dies in the middle leaves it to the next one; its request cannot go on meanwhile", async () => {
  await intend("slow", "control-plane 2");
  now += 16 * 60_000;
  stored?.set("vTPM secret for instance server of slow", secretId);
  const dying = deps();
  const dies = { ...dying.secrets, findByName: () => Promise.reject(new Error("killed")) };
  await expect(passphraseIntentsReap({ ...dying, secrets: dies })).rejects.toThrow("killed");
  expect(await fulfilled("slow")).toBe(false);
  await passphraseIntentsReap(deps());
  expect([stored?.size, await passphraseIntentSome(database.db)]).toEqual([0, false]);
});

test("with an external key manager it is an orphan that is found by its name, of a server or of an image", async () => {
  stored = undefined;
  await intend("server", "control-plane 1");
  await intend("image", "control-plane 1", "the image");
  await passphraseIntentsReap(deps(), "control-plane 1");
  expect(await passphraseOrphanList(database.db, { limit: 10 })).toMatchObject([
    { serverId: "server of server", imageId: undefined, secretId: undefined, projectId: "project" },
    { serverId: "server of image", imageId: "the image", secretId: undefined, projectId: "project" },
  ]);
});
