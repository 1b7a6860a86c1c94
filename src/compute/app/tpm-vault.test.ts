import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { SecretId } from "#base/ids.ts";
import { silentLogger } from "#base/logger.ts";
import {
  createInProcessBus,
  tpmIntervalClose,
  tpmIntervalOpen,
  tpmStateCompare,
  tpmStatePut,
  tpmStateRead,
  type Bus,
  type TpmStateCause,
} from "#bus/index.ts";
import type { Database } from "#db/index.ts";
import { openTestDatabase } from "#db/testing/index.ts";
import { aServer } from "../domain/testing/a-server.ts";
import { computeMigrations } from "../index.ts";
import { serverInsert } from "../store/servers.ts";
import { tpmVaultDelete } from "../store/tpm-vault.ts";
import {
  tpmGenerationBytes,
  tpmGenerationKeptList,
  tpmGenerationList,
} from "../store/tpm-vault-generations.ts";
import { tpmVaultServe } from "./tpm-vault.ts";

const server = aServer({
  tpm: {
    version: "2.0",
    model: "tpm-crb",
    secretSecurity: "user",
    secretId: "b3c1f7de-53f4-44f5-8cd5-9b6f1f0a6c11" as SecretId,
  },
});
const place = { serverId: server.id, hostId: server.hostId ?? "" };
const elsewhere = { serverId: server.id, hostId: "c0d1f2a3-0000-4000-8000-000000000002" };
const timeoutMs = 5_000;

let database: Database;
let bus: Bus;
let now: number;
beforeEach(async () => {
  database = await openTestDatabase(computeMigrations, { inMemory: true });
  bus = createInProcessBus();
  now = 1_000;
  tpmVaultServe({ database, bus, clock: { now: () => now }, log: silentLogger, tpmGenerationsKept: 3 });
  await database.transaction((tx) => serverInsert(tx, server));
});
afterEach(() => database.close());

const bytesOf = (text: string): string => Buffer.from(`state ${text}`).toString("base64");
const hashOf = (text: string): string => createHash("sha256").update(`state ${text}`).digest("hex");
let number = 0;
const put = (
  text: string,
  cause: TpmStateCause = "changed",
  from = place,
  order = { process: "agent", number: (number += 1) },
) => bus.request(tpmStatePut, { ...from, bytes: bytesOf(text), cause, order }, { timeoutMs });
const saveOf = (save: string | undefined) => (save === undefined ? {} : { saveSha256: hashOf(save) });
const compare = (text?: string, from = place, save?: string) =>
  bus.request(
    tpmStateCompare,
    { ...from, ...(text === undefined ? {} : { sha256: hashOf(text) }), ...saveOf(save) },
    { timeoutMs },
  );
const open = (text: string, from = place, save?: string) =>
  bus.request(tpmIntervalOpen, { ...from, sha256: hashOf(text), ...saveOf(save) }, { timeoutMs });
const close = (text: string, save?: string) =>
  bus.request(tpmIntervalClose, { ...place, sha256: hashOf(text), ...saveOf(save) }, { timeoutMs });

test("the last states are kept, the hashes of all are, and the same state twice is one generation", async () => {
  expect(await put("1", "made")).toEqual({ standing: "newest", generation: 1 });
  await open("1");
  for (const text of ["2", "3", "4", "4", "5"]) {
    now += 1_000;
    await put(text);
  }
  const list = await tpmGenerationList(database.db, server.id, { limit: 100 });
  expect(list.map(({ generation, sha256, kept, at }) => [generation, sha256, kept, at])).toEqual([
    [5, hashOf("5"), true, 6_000],
    [4, hashOf("4"), true, 4_000],
    [3, hashOf("3"), true, 3_000],
    [2, hashOf("2"), false, 2_000],
    [1, hashOf("1"), false, 1_000],
  ]);
  expect(list[4]).toMatchObject({ size: 7, hostId: place.hostId, cause: "made" });
  expect((await tpmGenerationBytes(database.db, server.id, 3))?.bytes.toString()).toBe("state 3");
  expect(await tpmGenerationBytes(database.db, server.id, 2)).toBeUndefined();
  // An older one is known and changes nothing.
  expect(await put("2")).toEqual({ standing: "older", generation: 2 });
  expect(await tpmGenerationList(database.db, server.id, { limit: 100 })).toEqual(list);
  const page = await tpmGenerationList(database.db, server.id, { before: 4, limit: 2 });
  expect(page.map(({ generation }) => generation)).toEqual([3, 2]);
  expect(await tpmGenerationKeptList(database.db, server.id)).toEqual([5, 4, 3]);
  await database.transaction((tx) => tpmVaultDelete(tx, server.id));
  expect(await tpmGenerationList(database.db, server.id, { limit: 100 })).toEqual([]);
  expect(await compare()).toEqual({ standing: "first", held: false });
});

test("a state that was changed in the database is handed to nobody", async () => {
  await put("1", "made");
  const bytes = bytesOf("2");
  await database.transaction((tx) => tx.updateTable("compute_tpm_generations").set({ bytes }).execute());
  const read = bus.request(tpmStateRead, { ...place, generation: 1 }, { timeoutMs });
  await expect(read).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringMatching(
      /^Generation 1 of the TPM .* is damaged .*sealstone tpm history/,
    ) as string,
  });
});

test("a change is taken while the host holds the open running interval, and not before or after it", async () => {
  await put("1", "made");
  await expect(put("2")).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("holds no open running interval") as string,
  });
  await expect(open("2")).rejects.toMatchObject({ code: "conflict" });
  await open("1");
  // Asked for again after a crash.
  await open("1");
  await put("2");
  // What the host has is not in the vault yet.
  await expect(close("3")).rejects.toMatchObject({ code: "conflict" });
  await close("2");
  await close("2");
  await expect(put("3")).rejects.toMatchObject({ code: "conflict" });
  expect(await compare("3")).toMatchObject({ standing: "unknown", held: false });
});

test("a state that a later one overtook on its way changes nothing, and another process of the agent begins anew", async () => {
  const order = (agent: string, count: number) => ({ process: agent, number: count });
  await put("1", "made", place, order("a", 1));
  await open("1");
  expect(await put("3", "changed", place, order("a", 3))).toEqual({ standing: "newest", generation: 2 });
  expect(await put("2", "changed", place, order("a", 2))).toEqual({ standing: "older", generation: 2 });
  expect(await compare("3")).toMatchObject({ standing: "newest" });
  expect(await put("4", "changed", place, order("b", 1))).toEqual({ standing: "newest", generation: 3 });
});

test("what a start finds has its standing, and only the newest state is read", async () => {
  expect(await compare("1")).toEqual({ standing: "first", held: false });
  await put("1", "made");
  await open("1");
  now = 5_000;
  await put("2");
  const newest = { generation: 2, sha256: hashOf("2"), at: 5_000 };
  expect(await compare("2")).toEqual({
    standing: "newest",
    held: true,
    newest,
    found: { generation: 2, sha256: hashOf("2"), at: 5_000 },
  });
  expect(await compare()).toEqual({ standing: "missing", held: true, newest });
  expect(await compare("1")).toMatchObject({ standing: "older", found: { generation: 1, at: 1_000 } });
  expect(await compare("x")).toEqual({ standing: "unknown", held: true, newest });
  const read = (generation: number) => bus.request(tpmStateRead, { ...place, generation }, { timeoutMs });
  expect(await read(2)).toEqual({ bytes: bytesOf("2"), sha256: hashOf("2") });
  await expect(read(1)).rejects.toMatchObject({ code: "conflict" });
});

test("the save is recorded at the end of an interval, and gone with the next start", async () => {
  await put("1", "made");
  // Nobody ran here.
  await expect(close("1", "save")).rejects.toMatchObject({ code: "conflict" });
  await open("1");
  await close("1", "save");
  await close("1", "save");
  expect(await compare("1")).toMatchObject({ save: { sha256: hashOf("save"), generation: 1 } });
  await expect(close("1", "another")).rejects.toMatchObject({ code: "conflict" });
  await open("1");
  expect(await compare("1")).not.toHaveProperty("save");
});

test("a memory image is known for as long as its server is, with the generation of then", async () => {
  await put("1", "made");
  await open("1");
  await close("1", "save");
  await open("1", place, "save");
  await put("2");
  await close("2");
  await open("2", place, "nobody recorded it");
  const known = async (save: string) => (await compare("2", place, save)).knownSave;
  expect([await known("save"), await known("nobody recorded it"), await known("new")]).toEqual([
    1,
    2,
    undefined,
  ]);
  await database.transaction((tx) => tpmVaultDelete(tx, server.id));
  expect(await known("save")).toBeUndefined();
});

test("another host has no say", async () => {
  await put("1", "made");
  await expect(put("2", "changed", elsewhere)).rejects.toMatchObject({ code: "not-found" });
  await expect(compare("1", elsewhere)).rejects.toMatchObject({ code: "not-found" });
  await expect(open("1", elsewhere)).rejects.toMatchObject({ code: "not-found" });
});
