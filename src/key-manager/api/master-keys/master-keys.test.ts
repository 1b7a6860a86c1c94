import { copyFile, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { silentLogger } from "#base/logger.ts";
import { createKeyManager, type KeyManager, type SealedValues, type SecretBox } from "../../index.ts";
import { callerOf, startKeyManager, type TestKeyManager } from "../../testing/start-key-manager.ts";

let cloud: TestKeyManager;
beforeEach(async () => {
  cloud = await startKeyManager();
});
afterEach(() => cloud.close());

const admin = "p-keys/root/key-manager:service-admin";
const path = "/v1/sealstone-master-keys";
const member = "p1/u/member";
const text = (payload: string): object => ({ payload, payload_content_type: "text/plain" });

interface View {
  readonly generation: number;
  readonly status: string;
  readonly remaining: number;
}

async function keys(): Promise<View[]> {
  return (await cloud.send(admin, "GET", path)).json["master_keys"] as unknown as View[];
}

/** Statuses of all keys, the oldest first. */
async function statuses(): Promise<string> {
  return (await keys()).map(({ status }) => status).join(" ");
}

async function rotate(): Promise<View> {
  const answer = await cloud.send(admin, "POST", path);
  expect(answer.status, answer.text).toBe(202);
  return answer.json["master_key"] as unknown as View;
}

/** Another process on the same database. */
function another(masterKeyPath = cloud.masterKeyPath): Promise<KeyManager> {
  const { database, now } = cloud;
  return createKeyManager({ database, masterKeyPath, clock: { now }, log: silentLogger });
}

/** What so many pieces of work do, each in another process that ends after it. */
async function look(pieces: number, masterKeyPath?: string): Promise<void> {
  for (let piece = 0; piece < pieces; piece += 1) {
    const next = await another(masterKeyPath);
    next.start();
    await next.stop();
  }
}

const fileLength = async (): Promise<number> => (await readFile(cloud.masterKeyPath)).length;

async function retired(): Promise<void> {
  await expect.poll(async () => (await keys()).at(-2)?.remaining, { timeout: 20_000 }).toBe(0);
  await look(2);
  cloud.advance(60_000);
  await look(2);
}

test("projects' keys move to the new master key, and the old one leaves the file a minute later", async () => {
  const paths: string[] = [];
  for (let project = 0; project < 130; project += 1)
    paths.push(await cloud.make(`project-${project}/u/member`, "/v1/secrets", text(`text ${project}`)));
  const readAll = async (): Promise<void> => {
    for (const [project, secret] of paths.entries()) {
      const answer = await cloud.send(`project-${project}/u/member`, "GET", `${secret}/payload`);
      expect(answer.text).toBe(`text ${project}`);
    }
  };
  const first = await readFile(cloud.masterKeyPath);
  expect(await rotate()).toMatchObject({ generation: 2, status: "CURRENT" });
  await readAll();
  await expect
    .poll(keys, { timeout: 20_000 })
    .toMatchObject([{ status: "OLD", remaining: 0 }, { status: "CURRENT" }]);
  expect(await fileLength()).toBe(64);
  const again = await cloud.send(admin, "POST", path);
  expect([again.status, again.json["description"]]).toEqual([409, expect.stringMatching(/is under way/)]);
  await look(2);
  expect(await statuses()).toBe("OLD CURRENT");
  cloud.advance(60_000);
  await look(2);
  expect(await statuses()).toBe("RETIRED CURRENT");
  const second = await readFile(cloud.masterKeyPath);
  expect([second.length, second.equals(first)]).toEqual([32, false]);
  expect((await stat(cloud.masterKeyPath)).mode & 0o777).toBe(0o600);
  await readAll();
  await writeFile(cloud.masterKeyPath, first);
  await expect(another()).rejects.toThrow(/is not the one that the secrets/);
});

test("a second rotation after the first", async () => {
  const secret = await cloud.make(member, "/v1/secrets", text("kept"));
  await rotate();
  await retired();
  await rotate();
  await retired();
  expect(await statuses()).toBe("RETIRED RETIRED CURRENT");
  expect(await fileLength()).toBe(32);
  expect((await cloud.send(member, "GET", `${secret}/payload`)).text).toBe("kept");
});

test("a process with a copy of the file learns the new key by the old one, and drops the old one in its turn", async () => {
  const copy = join(cloud.folder, "copy.key");
  await copyFile(cloud.masterKeyPath, copy);
  const [one, other] = [cloud.keyManager, await another(copy)];
  const id = await other.secrets.store(callerOf(member), secretOf("by the other"));
  await rotate();
  const newer = await one.secrets.store(callerOf("p2/u/member"), secretOf("under the new key"));
  expect((await other.secrets.payload(callerOf("p2/u/member"), newer)).toString()).toBe("under the new key");
  expect(await readFile(copy)).toEqual(await readFile(cloud.masterKeyPath));
  await retired();
  await look(1, copy);
  expect(await readFile(copy)).toEqual(await readFile(cloud.masterKeyPath));
  expect(await fileLength()).toBe(32);
  expect((await other.secrets.payload(callerOf(member), id)).toString()).toBe("by the other");
});

function secretOf(payload: string): Parameters<KeyManager["secrets"]["store"]>[1] {
  return { name: "s", secretType: "opaque", contentType: "text/plain", payload: Buffer.from(payload) };
}

async function sealedText(box: SecretBox, plaintext: string, context: readonly string[]): Promise<string> {
  const sealed = await box.seal(Buffer.from(plaintext), context);
  return cloud.database.transaction((tx) => sealed.text(tx));
}

test("a value of another service that is in no known place would be lost; one that is there holds the old key", async () => {
  let isMovable = false;
  const kept = { sealed: "" };
  const place: SealedValues = {
    what: "a value",
    count: async (_, prefix) => (kept.sealed.startsWith(prefix) ? 0 : 1),
    some: async (_, prefix) =>
      kept.sealed.startsWith(prefix) ? [] : [{ key: ["1"], sealed: kept.sealed, context: ["a value"] }],
    async replace(_tx, read, sealed) {
      if (isMovable && read.sealed === kept.sealed) kept.sealed = sealed;
    },
  };
  const process = await another();
  const box = process.boxFor([place]);
  kept.sealed = await sealedText(box, "a value of identity's", ["a value"]);
  const next = cloud.keyManager.boxFor([place]);
  await cloud.keyManager.stop();
  await rotate();
  const work = async (): Promise<void> => {
    const worker = await another();
    worker.boxFor([place]);
    worker.start();
    // A place that never empties is work without an end.
    await new Promise((resolve) => setTimeout(resolve, 200));
    await worker.stop();
  };
  await work();
  cloud.advance(120_000);
  await work();
  expect(await keys()).toMatchObject([{ status: "OLD", remaining: 1 }, {}]);
  isMovable = true;
  await work();
  cloud.advance(60_000);
  await work();
  expect(await statuses()).toBe("RETIRED CURRENT");
  expect((await next.open(kept.sealed, ["a value"])).toString()).toBe("a value of identity's");
  await expect(next.open(kept.sealed, ["another"])).rejects.toMatchObject({ code: "bug" });
});

test("a box from before there were several keys is opened, and named when it moves", async () => {
  const box = cloud.keyManager.boxFor([]);
  const sealed = await sealedText(box, "old", ["x"]);
  const withoutName = sealed.slice(sealed.indexOf(":") + 1);
  expect((await box.open(withoutName, ["x"])).toString()).toBe("old");
});

test("a value that does not open is named in the log, keeps the old key and hinders no other", async () => {
  for (const project of ["a", "b", "c"]) await cloud.make(`${project}/u/member`, "/v1/secrets", text("text"));
  await cloud.database.transaction((tx) =>
    tx
      .updateTable("key_manager_project_keys")
      .set({ wrapped_key: "AQID" })
      .where("project_id", "=", "b")
      .execute(),
  );
  await rotate();
  const old = { status: "OLD", remaining: 1 };
  await vi.waitFor(async () => expect((await keys())[0]).toMatchObject(old), { timeout: 20_000 });
  cloud.advance(120_000);
  await look(3);
  expect((await keys())[0]).toMatchObject(old);
  expect(cloud.logged).toContainEqual(
    expect.objectContaining({ what: "project keys", message: "cannot be moved to the new master key" }),
  );
});

test("a key that was swapped or removed in the middle is refused at the start", async () => {
  await cloud.make(member, "/v1/secrets", text("text"));
  await cloud.keyManager.stop();
  const first = await readFile(cloud.masterKeyPath);
  await rotate();
  await look(1);
  const both = await readFile(cloud.masterKeyPath);
  expect(both.length).toBe(64);
  await writeFile(cloud.masterKeyPath, both.subarray(32));
  await expect(another()).rejects.toThrow(/lacks master key 1 \(/);
  await writeFile(cloud.masterKeyPath, Buffer.alloc(64, 9));
  await expect(another()).rejects.toThrow(/is not the one that/);
  await rm(cloud.masterKeyPath);
  await expect(another()).rejects.toThrow(/is missing, but the database/);
  // The new one alone can be had by the old one.
  await writeFile(cloud.masterKeyPath, first, { mode: 0o600 });
  await another();
  expect(await readFile(cloud.masterKeyPath)).toEqual(both);
});

test("what a killed process left beside the file is removed", async () => {
  const [old, fresh] = ["old", "fresh"].map((name) => `${cloud.masterKeyPath}.${name}`);
  for (const leftover of [old, fresh]) await writeFile(leftover ?? "", Buffer.alloc(32));
  await utimes(old ?? "", 1, 1);
  await rotate();
  await look(1);
  const names = (await readdir(cloud.folder)).filter((name) => name.startsWith("master.key"));
  expect(names.toSorted()).toEqual(["master.key", "master.key.fresh"]);
});

test("who may", async () => {
  for (const token of ["p1/u/member", "p1/u/creator", "p1/u/reader", "p1/u/audit"]) {
    expect((await cloud.send(token, "POST", path)).status).toBe(403);
    expect((await cloud.send(token, "GET", path)).status).toBe(403);
  }
  expect((await cloud.send("p1/u/admin", "GET", path)).json).toMatchObject({
    master_keys: [{ generation: 1, status: "CURRENT", remaining: 0, retired: null }],
  });
});
