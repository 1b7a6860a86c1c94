import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { silentLogger } from "#base/logger.ts";
import { createKeyManager } from "../../index.ts";
import { startKeyManager, type TestKeyManager } from "../../testing/start-key-manager.ts";

let cloud: TestKeyManager;
beforeAll(async () => {
  cloud = await startKeyManager();
});
afterAll(() => cloud.close());

const admin = "p-keys/root/key-manager:service-admin";
const path = "/v1/sealstone-rotations";
const text = (payload: string): object => ({ payload, payload_content_type: "text/plain" });

interface View {
  readonly project_id: string;
  readonly status: string;
  readonly total: number;
  readonly remaining: number;
}

async function rotationOf(projectId: string): Promise<View | undefined> {
  const { json } = await cloud.send(admin, "GET", `${path}?limit=100`);
  const rotations = json["rotations"] as unknown as View[];
  return rotations.find(({ project_id: id }) => id === projectId);
}

async function reached(projectId: string, status: string): Promise<void> {
  const wanted = { status, remaining: 0 };
  await vi.waitFor(async () => expect(await rotationOf(projectId)).toMatchObject(wanted), {
    timeout: 20_000,
  });
}

const keysOf = async (projectId: string): Promise<number[]> => {
  const rows = await cloud.database.db
    .selectFrom("key_manager_project_keys")
    .select("generation")
    .where("project_id", "=", projectId)
    .orderBy("generation")
    .execute();
  return rows.map(({ generation }) => generation);
};

/** Which of the project's keys its secrets are sealed with. */
const usedKeys = async (projectId: string): Promise<number[]> => {
  const rows = await cloud.database.db
    .selectFrom("key_manager_secrets")
    .innerJoin("key_manager_project_keys", "key_manager_project_keys.id", "project_key_id")
    .select("generation")
    .distinct()
    .where("key_manager_secrets.project_id", "=", projectId)
    .orderBy("generation")
    .execute();
  return rows.map(({ generation }) => generation);
};

/** What so many pieces of work do, each in another process that ends after it. */
async function look(pieces: number): Promise<void> {
  const { database, masterKeyPath, now } = cloud;
  for (let piece = 0; piece < pieces; piece += 1) {
    const next = await createKeyManager({ database, masterKeyPath, clock: { now }, log: silentLogger });
    next.start();
    await next.stop();
  }
}

test("payloads move to a new key, are read all the while, and the old key goes a minute later", async () => {
  const token = "p-turn/u/member";
  const paths: string[] = [];
  for (let index = 0; index < 250; index += 1)
    paths.push(await cloud.make(token, "/v1/secrets", text(`text ${index}`)));
  await cloud.make(token, "/v1/secrets", {});
  const updated = (await cloud.send(token, "GET", paths[0] ?? "")).json["updated"];
  cloud.advance(1_000);
  const post = await cloud.send(admin, "POST", path, { project_id: "p-turn" });
  expect(post.status, post.text).toBe(202);
  expect(post.json["rotations"]).toMatchObject([
    { project_id: "p-turn", status: "RESEALING", total: 250, remaining: 250 },
  ]);
  const readAll = async (): Promise<void> => {
    for (const [index, secret] of paths.entries())
      expect((await cloud.send(token, "GET", `${secret}/payload`)).text).toBe(`text ${index}`);
  };
  await readAll();
  await reached("p-turn", "RETIRING");
  expect([await usedKeys("p-turn"), await keysOf("p-turn")]).toEqual([[2], [1, 2]]);
  const again = await cloud.send(admin, "POST", path, { project_id: "p-turn" });
  expect([again.status, again.json["description"]]).toEqual([409, expect.stringMatching(/is under way/)]);
  await look(5);
  expect(await keysOf("p-turn")).toEqual([1, 2]);
  cloud.advance(60_000);
  await look(5);
  await reached("p-turn", "DONE");
  expect(await keysOf("p-turn")).toEqual([2]);
  await readAll();
  expect((await cloud.send(token, "GET", paths[0] ?? "")).json["updated"]).toBe(updated);
});

test("a key that an order still needs stays", async () => {
  const token = "p-order/u/member";
  await cloud.make(token, "/v1/secrets", text("x"));
  const key = await cloud.database.db
    .selectFrom("key_manager_project_keys")
    .select("id")
    .where("project_id", "=", "p-order")
    .executeTakeFirstOrThrow();
  const meta = { algorithm: "aes", bit_length: 256 };
  const order = await cloud.make(token, "/v1/orders", { type: "key", meta });
  const id = order.split("/").at(-1) ?? "";
  const needs = (projectKeyId: string | null): Promise<unknown> =>
    cloud.database.transaction((tx) =>
      tx
        .updateTable("key_manager_orders")
        .set({ project_key_id: projectKeyId })
        .where("id", "=", id)
        .execute(),
    );
  await vi.waitFor(async () => {
    expect((await cloud.send(token, "GET", order)).json["status"]).toBe("ACTIVE");
  });
  await needs(key.id);
  await cloud.send(admin, "POST", path, { project_id: "p-order" });
  await reached("p-order", "RETIRING");
  cloud.advance(60_000);
  await look(5);
  expect(await keysOf("p-order")).toEqual([1, 2]);
  await needs(null);
  await look(5);
  expect(await keysOf("p-order")).toEqual([2]);
});

test("all projects; who may; what has no key", async () => {
  cloud.advance(60_000);
  await look(5);
  const all = await cloud.send(admin, "POST", path, {});
  expect(all.status, all.text).toBe(202);
  const projects = (all.json["rotations"] as unknown as View[]).map(({ project_id: id }) => id);
  expect(projects).toEqual(expect.arrayContaining(["p-turn", "p-order"]));
  for (const projectId of projects) await reached(projectId, "RETIRING");
  expect((await cloud.send(admin, "POST", path, {})).json).toEqual({ rotations: [] });
  const none = await cloud.send(admin, "POST", path, { project_id: "p-empty" });
  expect([none.status, none.json["description"]]).toEqual([404, expect.stringMatching(/no key to rotate/)]);
  for (const token of ["p1/u/member", "p1/u/creator", "p1/u/reader"]) {
    expect((await cloud.send(token, "POST", path, {})).status).toBe(403);
    expect((await cloud.send(token, "GET", path)).status).toBe(403);
  }
});

test("each process is killed after a piece of it: the next goes on", async () => {
  await cloud.keyManager.stop();
  const token = "p-kill/u/member";
  for (let index = 0; index < 150; index += 1) await cloud.make(token, "/v1/secrets", text(`text ${index}`));
  await cloud.send(admin, "POST", path, { project_id: "p-kill" });
  expect(await rotationOf("p-kill")).toMatchObject({ status: "RESEALING", remaining: 150 });
  await look(1);
  expect(await rotationOf("p-kill")).toMatchObject({ status: "RESEALING", remaining: 100 });
  expect(await usedKeys("p-kill")).toEqual([1, 2]);
  const list = await cloud.send(token, "GET", "/v1/secrets?limit=100&offset=60");
  for (const secret of list.json["secrets"] as unknown as { secret_ref: string }[]) {
    const payload = await cloud.send(
      token,
      "GET",
      `${new URL(secret.secret_ref).pathname.slice(12)}/payload`,
    );
    expect(payload.text).toMatch(/^text \d+$/);
  }
  await look(3);
  expect(await rotationOf("p-kill")).toMatchObject({ status: "RETIRING", remaining: 0 });
  expect(await usedKeys("p-kill")).toEqual([2]);
});
