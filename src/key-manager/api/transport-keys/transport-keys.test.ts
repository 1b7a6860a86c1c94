import { afterAll, beforeAll, expect, test } from "vitest";
import { startKeyManager, type TestKeyManager } from "../../testing/start-key-manager.ts";

let cloud: TestKeyManager;
beforeAll(async () => {
  cloud = await startKeyManager();
});
afterAll(() => cloud.close());

const admin = "p1/boss/admin";

test("a transport key through its life", async () => {
  const body = { plugin_name: "simple_crypto", transport_key: "a public key" };
  const path = await cloud.make(admin, "/v1/transport_keys", body);
  const other = await cloud.make(admin, "/v1/transport_keys", { ...body, plugin_name: "other" });
  const shown = await cloud.send("p2/u/reader", "GET", path);
  expect(shown.json).toEqual({
    ...body,
    transport_key_id: path.split("/").at(-1),
    status: "ACTIVE",
    created: "2026-11-22T10:00:00.000000",
    updated: "2026-11-22T10:00:00.000000",
  });
  const refs = async (query: string): Promise<unknown> =>
    (await cloud.send(admin, "GET", `/v1/transport_keys${query}`)).json;
  const ref = (of: string): object => ({ transport_key_ref: `http://cloud.test:8700/key-manager${of}` });
  expect(await refs("?plugin_name=other")).toEqual({ transport_keys: [ref(other)], total: 1 });
  expect(await refs("")).toMatchObject({ total: 2 });
  expect((await cloud.send(admin, "DELETE", path)).status).toBe(204);
  for (const method of ["GET", "DELETE"] as const)
    expect((await cloud.send(admin, method, path)).status).toBe(404);
  expect((await cloud.send(admin, "GET", "/v1/transport_keys/x")).json["description"]).toBe(
    "Not Found. Provided transport key id is invalid.",
  );
  const bad = await cloud.send(admin, "POST", "/v1/transport_keys", { ...body, transport_key: "" });
  expect(bad.json["description"]).toBe(
    "Provided object does not match schema 'Transport Key': '' is too short. Invalid property: 'transport_key'",
  );
});
