import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { silentLogger } from "#base/logger.ts";
import type { SecretId } from "#base/ids.ts";
import { createKeyManager } from "./index.ts";
import { callerOf, startKeyManager, type TestKeyManager } from "./testing/start-key-manager.ts";

let cloud: TestKeyManager;
beforeAll(async () => {
  cloud = await startKeyManager();
});
afterAll(() => cloud.close());

const owner = callerOf("p1/owner/member");
const stranger = callerOf("p2/stranger/admin");
const reader = callerOf("p1/second/reader");

function input(payload: Buffer): Parameters<TestKeyManager["keyManager"]["secrets"]["store"]>[1] {
  return {
    name: "vTPM secret for instance 1",
    secretType: "passphrase",
    contentType: "application/octet-stream",
    payload,
  };
}

test("stored by one service, read by HTTP and by another start on the same key", async () => {
  const { secrets } = cloud.keyManager;
  const payload = randomBytes(512);
  const id = await secrets.store(owner, input(payload));
  const read = await secrets.payload(owner, id);
  expect(read).toEqual(payload);
  read.fill(0);
  expect(await secrets.payload(owner, id)).toEqual(payload);
  expect((await cloud.send("p1/owner/member", "GET", `/v1/secrets/${id}/payload`)).bytes).toEqual(payload);
  const { database, masterKeyPath } = cloud;
  const again = await createKeyManager({
    database,
    masterKeyPath,
    clock: { now: () => 1 },
    log: silentLogger,
  });
  expect(await again.secrets.payload(owner, id)).toEqual(payload);
});

test("the rules are those of the HTTP API", async () => {
  const { secrets } = cloud.keyManager;
  const payload = Buffer.from("x");
  const id = await secrets.store(owner, input(payload));
  const words = "attempt not allowed - please review your user/project privileges";
  await expect(secrets.store(reader, input(payload))).rejects.toMatchObject({
    code: "forbidden",
    message: `Secret creation ${words}`,
  });
  for (const caller of [reader, stranger]) {
    await expect(secrets.payload(caller, id)).rejects.toMatchObject({
      code: "forbidden",
      message: `Secret payload retrieval ${words}`,
    });
    expect(await secrets.mayRead(caller, id)).toBe(false);
  }
  expect(await secrets.mayRead(owner, id)).toBe(true);
  await expect(secrets.delete(reader, id)).rejects.toMatchObject({
    code: "forbidden",
    message: `Secret deletion ${words}`,
  });
  await secrets.delete(owner, id);
  await expect(secrets.delete(owner, id)).rejects.toMatchObject({ code: "not-found" });
  await expect(secrets.payload(owner, id)).rejects.toMatchObject({ code: "not-found" });
  await expect(secrets.mayRead(owner, id)).rejects.toMatchObject({ code: "not-found" });
  await expect(secrets.store(owner, input(Buffer.alloc(20_001)))).rejects.toMatchObject({
    code: "too-large",
  });
});

test("the cloud's own deletion needs no role and may be repeated", async () => {
  const { secrets } = cloud.keyManager;
  const id = await secrets.store(owner, input(Buffer.from("x")));
  expect(await secrets.exists(id)).toBe(true);
  await secrets.deleteAsService(id);
  await secrets.deleteAsService(id);
  expect(await secrets.exists(id)).toBe(false);
});

test("rows of two secrets swapped in the database are refused, not handed out", async () => {
  const { secrets } = cloud.keyManager;
  const [first, second] = [
    await secrets.store(owner, input(Buffer.from("one"))),
    await secrets.store(owner, input(Buffer.from("two"))),
  ];
  await cloud.database.transaction(async (tx) => {
    const row = await tx
      .selectFrom("key_manager_secrets")
      .select("sealed_payload")
      .where("id", "=", second)
      .executeTakeFirstOrThrow();
    await tx.updateTable("key_manager_secrets").set(row).where("id", "=", first).execute();
  });
  await expect(secrets.payload(owner, first)).rejects.toMatchObject({ code: "bug" });
  expect((await secrets.payload(owner, second)).toString()).toBe("two");
});

test("many at once share the project's one key", async () => {
  const { secrets } = cloud.keyManager;
  const caller = callerOf("p-many/u/member");
  const ids = await Promise.all(
    Array.from({ length: 20 }, (_, index) => secrets.store(caller, input(Buffer.from([index])))),
  );
  for (const [index, id] of ids.entries())
    expect(await secrets.payload(caller, id)).toEqual(Buffer.from([index]));
  const keys = await cloud.database.db
    .selectFrom("key_manager_project_keys")
    .selectAll()
    .where("project_id", "=", "p-many")
    .execute();
  expect(keys).toHaveLength(1);
});

test("each use is one audit event", async () => {
  const { secrets } = cloud.keyManager;
  const from = cloud.logged.length;
  const id: SecretId = await secrets.store(owner, input(Buffer.from("x")), "req-1");
  await secrets.payload(owner, id, "req-2");
  await expect(secrets.payload(stranger, id, "req-3")).rejects.toThrow();
  await secrets.mayRead(stranger, id);
  await secrets.delete(owner, id, "req-4");
  const events = cloud.logged.slice(from).filter(({ event }) => event === "secret");
  const who = { event: "secret", secretId: id, userId: "owner", projectId: "p1" };
  expect(events).toMatchObject([
    { ...who, action: "created", requestId: "req-1" },
    { ...who, action: "read", requestId: "req-2" },
    {
      ...who,
      action: "denied",
      requestId: "req-3",
      userId: "stranger",
      projectId: "p2",
      rule: "secret:decrypt",
    },
    { ...who, action: "deleted", requestId: "req-4" },
  ]);
});
