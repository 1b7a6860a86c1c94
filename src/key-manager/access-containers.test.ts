import { afterAll, beforeAll, expect, test } from "vitest";
import { callers, everybody, owner, writers, writersPrivate, type Who } from "./testing/callers.ts";
import { startKeyManager, type TestKeyManager } from "./testing/start-key-manager.ts";

let cloud: TestKeyManager;
let secretRef: string;
beforeAll(async () => {
  cloud = await startKeyManager();
  secretRef = `http://cloud.test:8700/key-manager${await cloud.make(owner, "/v1/secrets", {})}`;
});
afterAll(() => cloud.close());

const readers: Allowed = {
  open: [...writers, "observer", "audit"],
  private: [...writersPrivate, "named in the ACL"],
};
const changers: Allowed = { open: writers, private: writersPrivate };
const consumer = { name: "balancer", URL: "http://lb/1" };

interface Allowed {
  /** Of a container without an ACL, and of a private one whose ACL names `friend`. */
  readonly open: Who[];
  readonly private: Who[];
}

interface Case {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly suffix: string;
  readonly words: string;
  readonly body?: () => object;
  readonly allowed: Allowed;
}

const acl = (): object => ({ read: { users: ["x"] } });
const contained = (): object => ({ name: "kept", secret_ref: secretRef });

const cases: Record<string, Case> = {
  show: { method: "GET", suffix: "", words: "Container retrieval", allowed: readers },
  delete: { method: "DELETE", suffix: "", words: "Container deletion", allowed: changers },
  secretAdd: {
    method: "POST",
    suffix: "/secrets",
    words: "Container Secret creation",
    body: () => ({ name: "more", secret_ref: secretRef }),
    allowed: changers,
  },
  secretRemove: {
    method: "DELETE",
    suffix: "/secrets",
    words: "Container Secret deletion",
    body: contained,
    allowed: changers,
  },
  aclShow: {
    method: "GET",
    suffix: "/acl",
    words: "ContainerACL(s) retrieval",
    allowed: { open: [...writers, "observer"], private: [...writersPrivate, "observer"] },
  },
  aclPut: { method: "PUT", suffix: "/acl", words: "ContainerACL(s) Update", body: acl, allowed: changers },
  aclPatch: {
    method: "PATCH",
    suffix: "/acl",
    words: "ContainerACL(s) Update",
    body: acl,
    allowed: changers,
  },
  aclDelete: { method: "DELETE", suffix: "/acl", words: "ContainerACL(s) deletion", allowed: changers },
  consumerList: {
    method: "GET",
    suffix: "/consumers",
    words: "ContainerConsumers(s) retrieval",
    allowed: readers,
  },
  consumerCreate: {
    method: "POST",
    suffix: "/consumers",
    words: "ContainerConsumer creation",
    body: () => ({ ...consumer, name: "another" }),
    allowed: readers,
  },
  consumerDelete: {
    method: "DELETE",
    suffix: "/consumers",
    words: "ContainerConsumer deletion",
    body: () => consumer,
    allowed: readers,
  },
  consumerShow: {
    method: "GET",
    suffix: "/consumers/CONSUMER",
    words: "Consumer retrieval",
    allowed: {
      open: [...readers.open, "foreign admin"],
      private: [...readers.private, "foreign admin"],
    },
  },
};

async function makeContainer(state: keyof Allowed): Promise<string> {
  const body = { type: "generic", secret_refs: [contained()] };
  const path = await cloud.make(owner, "/v1/containers", body);
  // The ones in the ACL end only what their own project registered.
  if (state === "open") await cloud.send(owner, "POST", `${path}/consumers`, consumer);
  else {
    const named = { read: { users: ["friend"], "project-access": false } };
    expect((await cloud.send(owner, "PUT", `${path}/acl`, named)).status).toBe(200);
    await cloud.send(callers["named in the ACL"], "POST", `${path}/consumers`, consumer);
  }
  return path;
}

async function consumerOf(path: string): Promise<string> {
  const { id } = await cloud.database.db
    .selectFrom("key_manager_container_consumers")
    .select("id")
    .where("container_id", "=", path.split("/").at(-1) ?? "")
    .executeTakeFirstOrThrow();
  return id;
}

test.each(Object.keys(cases).flatMap((name) => [[name, "open"] as const, [name, "private"] as const]))(
  "%s of a container that is %s: who may and who may not",
  async (name, state) => {
    const { method, suffix, words, body, allowed } = cases[name] as Case;
    const found: Who[] = [];
    let path = await makeContainer(state);
    for (const who of everybody) {
      const url = path + suffix.replace("CONSUMER", await consumerOf(path));
      const answer = await cloud.send(callers[who], method, url, body?.());
      if (answer.status < 300) {
        found.push(who);
        if (method !== "GET") path = await makeContainer(state);
        continue;
      }
      const description = `${words} attempt not allowed - please review your user/project privileges`;
      expect(answer, who).toMatchObject({
        status: 403,
        json: { code: 403, title: "Forbidden", description },
      });
    }
    expect(found.sort()).toEqual([...allowed[state]].sort());
  },
);

test("who may make and list them", async () => {
  const [made, listed]: [Who[], Who[]] = [[], []];
  for (const who of everybody) {
    const post = await cloud.send(callers[who], "POST", "/v1/containers", { type: "generic" });
    if (post.status === 201) made.push(who);
    else expect(post.json["description"]).toMatch(/^Container creation attempt not allowed/);
    const list = await cloud.send(callers[who], "GET", "/v1/containers");
    if (list.status === 200) listed.push(who);
    else expect(list.json["description"]).toMatch(/^Containers\(s\) retrieval attempt not allowed/);
  }
  const all: Who[] = [...writers, "foreign admin", "foreign member", "owner elsewhere"];
  expect(made.sort()).toEqual([...all].sort());
  expect(listed.sort()).toEqual([...all, "observer"].sort());
});
