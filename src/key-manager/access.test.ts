import { afterAll, beforeAll, expect, test } from "vitest";
import { keyManagerEnvelope } from "#http/index.ts";
import { embeddedStore } from "./domain/secret-store.ts";
import { keyManagerRoutes } from "./routes.ts";
import { accessRows, containerConsumer, secretConsumer, type AccessRow } from "./testing/access-rows.ts";
import { callers, everybody, owner, type Who } from "./testing/callers.ts";
import { startKeyManager, type Answer, type TestKeyManager } from "./testing/start-key-manager.ts";

let cloud: TestKeyManager;
/** In a container, and in bodies. */
let contained: string;
beforeAll(async () => {
  cloud = await startKeyManager();
  contained = `http://cloud.test:8700/key-manager${await cloud.make(owner, "/v1/secrets", {})}`;
});
afterAll(() => cloud.close());

type State = "open" | "private";
type Method = Parameters<TestKeyManager["send"]>[1];
const nameOf = (route: { method: string; path: string }): string => `${route.method} ${route.path}`;

test("the table has every route, and nothing else", () => {
  expect(Object.keys(accessRows).toSorted()).toEqual(keyManagerRoutes.map(nameOf).toSorted());
});

/** What of a secret, container or order the path names, newly made by the owner: the path with its ids. */
async function pathOf(name: string, state: State): Promise<string> {
  const [method = "", path = ""] = name.split(" ");
  const known = path
    .replace(":store_id", embeddedStore.id)
    .replace(":project_id", "p-quota")
    .replace(":transport_key_id", "b5a9c1de-0a53-4c19-8d8e-3d7c5a3f6a10")
    .replace(":key", "noted");
  const [, kind = ""] = /^\/v1\/(secrets|containers|orders)\/:/.exec(path) ?? [];
  if (kind === "orders") {
    const order = { type: "key", meta: { algorithm: "aes", bit_length: 256 } };
    return cloud.make(owner, "/v1/orders", order);
  }
  if (kind === "") return known;
  const body = kind === "secrets" ? secretBody(method, path) : containerBody();
  const made = await cloud.make(owner, `/v1/${kind}`, body);
  if (kind === "secrets")
    await cloud.make(owner, `${made}/metadata`, { key: "noted", value: "x" }).catch(() => "");
  const consumer = kind === "secrets" ? secretConsumer : containerConsumer;
  if (state === "private") {
    const acl = { read: { users: ["friend"], "project-access": false } };
    expect((await cloud.send(owner, "PUT", `${made}/acl`, acl)).status).toBe(200);
  }
  // The ones in the ACL end only what their own project registered.
  const registrar = state === "open" ? owner : callers["named in the ACL"];
  if (path.includes("/consumers"))
    expect((await cloud.send(registrar, "POST", `${made}/consumers`, consumer)).status).toBe(200);
  return known
    .replace(/^\/v1\/\w+\/:\w+/, made)
    .replace(":consumer_id", path.includes(":consumer_id") ? await consumerOf(kind, made) : "");
}

function secretBody(method: string, path: string): object {
  const isUpload = method === "PUT" && path.endsWith(":secret_id");
  return isUpload ? {} : { payload: "text", payload_content_type: "text/plain" };
}

function containerBody(): object {
  return { type: "generic", secret_refs: [{ name: "kept", secret_ref: contained }] };
}

async function consumerOf(kind: string, path: string): Promise<string> {
  const id = path.split("/").at(-1) ?? "";
  const { db } = cloud.database;
  const found =
    kind === "secrets"
      ? await db.selectFrom("key_manager_secret_consumers").select("id").where("secret_id", "=", id).execute()
      : await db
          .selectFrom("key_manager_container_consumers")
          .select("id")
          .where("container_id", "=", id)
          .execute();
  return found[0]?.id ?? "";
}

async function ask(who: Who, name: string, path: string): Promise<Answer> {
  const { body } = accessRows[name] as AccessRow;
  const [method] = name.split(" ") as [Method];
  if (typeof body === "string")
    return cloud.send(callers[who], method, path, body, { "content-type": "text/plain" });
  const sent =
    body && (JSON.parse(JSON.stringify(body).replace('"SECRET"', JSON.stringify(contained))) as object);
  return cloud.send(callers[who], method, path, sent);
}

const cases = keyManagerRoutes.flatMap((route) => {
  const name = nameOf(route);
  const states: State[] = accessRows[name]?.private ? ["open", "private"] : ["open"];
  return states.map((state) => [name, state, route.policy] as const);
});

test.each(cases)("%s, %s: who may and who may not", async (name, state, rule) => {
  const { open, private: ofPrivate = open, denied } = accessRows[name] as AccessRow;
  const allowed: Who[] = [];
  let path = await pathOf(name, state);
  for (const who of everybody) {
    const answer = await ask(who, name, path);
    expect(answer.status, `${who}: ${answer.text}`).toBeLessThan(500);
    if (answer.status !== 403 && answer.status !== denied) {
      allowed.push(who);
      if (!name.startsWith("GET")) path = await pathOf(name, state);
    } else if (answer.status === 403) {
      const json = { code: 403, title: "Forbidden", description: keyManagerEnvelope.forbidden(rule) };
      expect(answer.json, who).toEqual(json);
    }
  }
  expect(allowed.toSorted()).toEqual([...(state === "open" ? open : ofPrivate)].toSorted());
});
