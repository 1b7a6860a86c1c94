import { afterAll, beforeAll, expect, test } from "vitest";
import { callers, everybody, owner, writers, writersPrivate, type Who } from "./testing/callers.ts";
import { startKeyManager, type TestKeyManager } from "./testing/start-key-manager.ts";

let cloud: TestKeyManager;
beforeAll(async () => {
  cloud = await startKeyManager();
});
afterAll(() => cloud.close());

/** Beside the payload. */
const readers: { open: Who[]; private: Who[] } = {
  open: [...writers, "observer", "audit"],
  private: [...writersPrivate, "named in the ACL"],
};

/** Who may do it: without an ACL, and on a private secret whose ACL names `friend`. */
const operations = {
  show: {
    open: [...writers, "observer", "audit", "foreign admin"],
    private: [...writersPrivate, "foreign admin", "named in the ACL"],
  },
  payload: { open: [...writers, "observer"], private: [...writersPrivate, "named in the ACL"] },
  upload: { open: writers, private: writersPrivate },
  delete: { open: [...writers, "foreign admin"], private: [...writersPrivate, "foreign admin"] },
  aclShow: { open: [...writers, "observer"], private: [...writersPrivate, "observer"] },
  aclPut: { open: writers, private: writersPrivate },
  aclDelete: { open: writers, private: writersPrivate },
  metadataList: readers,
  metadataShow: readers,
  metadataReplace: { open: writers, private: writersPrivate },
  metadataCreate: { open: writers, private: writersPrivate },
  metadataUpdate: { open: writers, private: writersPrivate },
  metadataDelete: { open: writers, private: writersPrivate },
  consumerList: readers,
  consumerCreate: readers,
  consumerDelete: readers,
  consumerShow: {
    open: [...readers.open, "foreign admin"],
    private: [...readers.private, "foreign admin"],
  },
} satisfies Record<string, { open: Who[]; private: Who[] }>;
type OperationName = keyof typeof operations;

interface Shape {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly suffix: string;
  readonly words: string;
  readonly body?: object;
}

const pair = { key: "noted", value: "x" };
const consumer = { service: "volume", resource_type: "volume", resource_id: "1" };

const requests: Record<OperationName, Shape> = {
  show: { method: "GET", suffix: "", words: "Secret retrieval" },
  payload: { method: "GET", suffix: "/payload", words: "Secret payload retrieval" },
  upload: { method: "PUT", suffix: "", words: "Secret update" },
  delete: { method: "DELETE", suffix: "", words: "Secret deletion" },
  aclShow: { method: "GET", suffix: "/acl", words: "SecretACL(s) retrieval" },
  aclPut: { method: "PUT", suffix: "/acl", words: "SecretACL(s) Update", body: { read: { users: ["x"] } } },
  aclDelete: { method: "DELETE", suffix: "/acl", words: "SecretACL(s) deletion" },
  metadataList: { method: "GET", suffix: "/metadata", words: "Secret metadata retrieval" },
  metadataShow: { method: "GET", suffix: "/metadata/noted", words: "Secret metadata retrieval" },
  metadataReplace: {
    method: "PUT",
    suffix: "/metadata",
    words: "Secret metadata creation",
    body: { metadata: {} },
  },
  metadataCreate: {
    method: "POST",
    suffix: "/metadata",
    words: "Secret metadatum creation",
    body: { key: "more", value: "x" },
  },
  metadataUpdate: { method: "PUT", suffix: "/metadata/noted", words: "Secret metadata creation", body: pair },
  metadataDelete: { method: "DELETE", suffix: "/metadata/noted", words: "Secret metadatum removal" },
  consumerList: { method: "GET", suffix: "/consumers", words: "SecretConsumers(s) retrieval" },
  consumerCreate: { method: "POST", suffix: "/consumers", words: "SecretConsumer creation", body: consumer },
  consumerDelete: {
    method: "DELETE",
    suffix: "/consumers",
    words: "SecretConsumer deletion",
    body: consumer,
  },
  consumerShow: { method: "GET", suffix: "/consumers/CONSUMER", words: "Consumer retrieval" },
};

async function makeSecret(operation: OperationName, state: "open" | "private"): Promise<string> {
  const body = operation === "upload" ? {} : { payload: "text", payload_content_type: "text/plain" };
  const { json } = await cloud.send(owner, "POST", "/v1/secrets", body);
  const path = new URL(json["secret_ref"] ?? "").pathname.slice("/key-manager".length);
  await cloud.send(owner, "POST", `${path}/metadata`, pair);
  // The ones in the ACL end only what their own project registered.
  const registrar =
    operation === "consumerDelete" && state === "private" ? callers["named in the ACL"] : owner;
  if (registrar === owner) await cloud.send(owner, "POST", `${path}/consumers`, consumer);
  if (state === "private") {
    const acl = { read: { users: ["friend"], "project-access": false } };
    expect((await cloud.send(owner, "PUT", `${path}/acl`, acl)).status).toBe(200);
  }
  if (registrar !== owner) await cloud.send(registrar, "POST", `${path}/consumers`, consumer);
  return path;
}

async function ask(
  token: string,
  operation: OperationName,
  path: string,
): ReturnType<TestKeyManager["send"]> {
  const { method, suffix, body } = requests[operation];
  if (operation === "upload")
    return cloud.send(token, method, path, "text", { "content-type": "text/plain" });
  const consumerId = operation === "consumerShow" ? await consumerOf(path) : "";
  return cloud.send(token, method, path + suffix.replace("CONSUMER", consumerId), body);
}

async function consumerOf(path: string): Promise<string> {
  const { id } = await cloud.database.db
    .selectFrom("key_manager_secret_consumers")
    .select("id")
    .where("secret_id", "=", path.split("/").at(-1) ?? "")
    .executeTakeFirstOrThrow();
  return id;
}

const cases = (Object.keys(operations) as OperationName[]).flatMap((name) => [
  [name, "open"] as const,
  [name, "private"] as const,
]);

test.each(cases)("%s of a secret that is %s: who may and who may not", async (operation, state) => {
  const allowed: Who[] = [];
  let path = await makeSecret(operation, state);
  for (const who of everybody) {
    const answer = await ask(callers[who], operation, path);
    if (answer.status < 300) {
      allowed.push(who);
      if (requests[operation].method !== "GET") path = await makeSecret(operation, state);
    } else {
      expect(answer, who).toMatchObject({
        status: 403,
        json: {
          code: 403,
          title: "Forbidden",
          description: `${requests[operation].words} attempt not allowed - please review your user/project privileges`,
        },
      });
    }
  }
  expect(allowed.sort()).toEqual([...operations[operation][state]].sort());
});

test("who may store and list", async () => {
  const stored: Who[] = [];
  const listed: Who[] = [];
  for (const who of everybody) {
    const post = await cloud.send(callers[who], "POST", "/v1/secrets", { name: who });
    if (post.status === 201) stored.push(who);
    else
      expect([post.status, post.json["description"]]).toMatchObject([
        403,
        expect.stringMatching(/^Secret creation attempt not/),
      ]);
    const list = await cloud.send(callers[who], "GET", "/v1/secrets");
    if (list.status === 200) listed.push(who);
    else
      expect([list.status, list.json["description"]]).toMatchObject([
        403,
        expect.stringMatching(/^Secret\(s\) retrieval/),
      ]);
  }
  const all: Who[] = [...writers, "foreign admin", "foreign member", "owner elsewhere"];
  expect(stored.sort()).toEqual([...all].sort());
  expect(listed.sort()).toEqual([...all, "observer"].sort());
});

test("an ACL's life: implicit, put, patched, deleted", async () => {
  const path = await makeSecret("show", "open");
  const acl = async (): Promise<unknown> => (await cloud.send(owner, "GET", `${path}/acl`)).json["read"];
  expect(await acl()).toEqual({ "project-access": true });
  const put = await cloud.send(owner, "PUT", `${path}/acl`, {
    read: { users: ["b", "a", "a"], "project-access": false },
  });
  expect([put.status, put.json]).toEqual([200, { acl_ref: `http://cloud.test:8700/key-manager${path}/acl` }]);
  const created = "2026-11-22T10:00:00.000000";
  expect(await acl()).toEqual({ "project-access": false, users: ["a", "b"], created, updated: created });
  expect((await cloud.send(owner, "PATCH", `${path}/acl`, { read: { users: ["c"] } })).status).toBe(200);
  expect(await acl()).toMatchObject({ "project-access": false, users: ["c"] });
  expect((await cloud.send(owner, "PUT", `${path}/acl`, { read: { nonsense: 1 } })).status).toBe(400);
  expect((await cloud.send(owner, "PUT", `${path}/acl`, { write: { users: [] } })).status).toBe(400);
  const named = (await cloud.send("p9/c/member", "GET", "/v1/secrets?acl_only=true")).json["total"];
  expect(named).toBe(1);
  const removed = await cloud.send(owner, "DELETE", `${path}/acl`);
  expect([removed.status, removed.text]).toEqual([200, "null"]);
  expect(await acl()).toEqual({ "project-access": true });
  expect((await cloud.send(owner, "DELETE", path)).status).toBe(204);
  expect((await cloud.send(owner, "GET", `${path}/acl`)).status).toBe(404);
});
