import { afterAll, beforeAll, expect, test } from "vitest";
import { startKeyManager, type TestKeyManager } from "../../testing/start-key-manager.ts";

let cloud: TestKeyManager;
beforeAll(async () => {
  cloud = await startKeyManager();
});
afterAll(() => cloud.close());

const [reader, admin] = ["p1/u/reader", "p1/boss/admin"];
const path = "/v1/secret-stores";

test("there is one, which is the default", async () => {
  const { json } = await cloud.send(reader, "GET", path);
  const stores = json["secret_stores"] as unknown as { secret_store_ref: string }[];
  expect(stores).toEqual([
    {
      status: "ACTIVE",
      created: "2026-11-22T10:00:00.000000",
      updated: "2026-11-22T10:00:00.000000",
      name: "Sealstone embedded",
      secret_store_ref: expect.stringMatching(/\/v1\/secret-stores\/[-0-9a-f]{36}$/),
      secret_store_plugin: "store_crypto",
      crypto_plugin: "aes_256_gcm",
      global_default: true,
    },
  ]);
  const one = new URL(stores[0]?.secret_store_ref ?? "").pathname.slice("/key-manager".length);
  expect((await cloud.send(reader, "GET", one)).json).toEqual(stores[0]);
  expect((await cloud.send(reader, "GET", `${path}/global-default`)).json).toEqual(stores[0]);

  const none = await cloud.send(reader, "GET", `${path}/preferred`);
  expect([none.status, none.json["description"]]).toEqual([
    404,
    "Not Found. No preferred secret store defined for this project.",
  ]);
  expect((await cloud.send(admin, "POST", `${one}/preferred`)).status).toBe(204);
  expect((await cloud.send(reader, "GET", `${path}/preferred`)).json).toEqual(stores[0]);
  expect((await cloud.send("p2/u/reader", "GET", `${path}/preferred`)).status).toBe(404);
  expect((await cloud.send(reader, "DELETE", `${one}/preferred`)).status).toBe(403);
  expect((await cloud.send(admin, "DELETE", `${one}/preferred`)).status).toBe(204);
  expect((await cloud.send(admin, "DELETE", `${one}/preferred`)).status).toBe(404);
});

test("who may, and what is not there", async () => {
  expect((await cloud.send("p1/u/", "GET", path)).status).toBe(403);
  for (const url of [`${path}/global-default`, `${path}/preferred`, `${path}/any`])
    expect((await cloud.send("p1/u/", "GET", url)).status, url).toBe(403);
  const unknown = await cloud.send(reader, "GET", `${path}/any`);
  expect([unknown.status, unknown.json["description"]]).toEqual([404, "Not Found. Secret store not found."]);
  expect((await cloud.send(reader, "POST", `${path}/any/preferred`)).status).toBe(403);
  expect((await cloud.send(admin, "POST", `${path}/any/preferred`)).status).toBe(404);
});
