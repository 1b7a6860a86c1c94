import { afterAll, beforeAll, expect, test } from "vitest";
import { passwords, projectScope, startTestCloud, type TestCloud } from "./testing/cloud.ts";

let cloud: TestCloud;
let demo: string;
beforeAll(async () => {
  cloud = await startTestCloud();
  demo = await cloud.signIn("demo", passwords.demo, projectScope("demo"));
});
afterAll(() => cloud.close());

const tokens = "/v3/auth/tokens";

test("a token that was changed, or signed elsewhere, is nobody's", async () => {
  const other = await startTestCloud();
  try {
    const parts = (await other.signIn("demo", passwords.demo)).split(".");
    const own = demo.split(".");
    const claims = Buffer.from(own[1] ?? "", "base64url").toString();
    const longer = claims.replace(/\d{13}/g, (time) => String(Number(time) + 3_600_000));
    expect(longer).not.toBe(claims);
    for (const forged of [
      parts,
      [own[0], parts[1], parts[2]],
      [own[0], Buffer.from(longer).toString("base64url"), own[2]],
      [own[0], own[1], parts[2]],
      [own[0], own[1]],
      [own[0], own[1], ""],
      [...own, ""],
    ])
      expect((await cloud.send("GET", "/v3/auth/projects", { token: forged.join(".") })).status).toBe(401);
    expect((await cloud.send("GET", "/v3/auth/projects", { token: own.join(".") })).status).toBe(200);
  } finally {
    await other.close();
  }
});

test("what ended a user's tokens, or a project's, ended them for good; new ones are as good as ever", async () => {
  const token = await cloud.signIn("admin", passwords.admin, projectScope("admin"));
  const ask = async (path: string, body: object) =>
    (await cloud.send("PATCH", `/v3/${path}`, { token, body })).status;
  const [user] = (await cloud.send("GET", "/v3/users?name=demo", { token })).body.users;
  const [project] = (await cloud.send("GET", "/v3/projects?name=demo", { token })).body.projects;
  const domain = (await cloud.send("POST", "/v3/domains", { token, body: { domain: { name: "ending" } } }))
    .body.domain;
  const inDomain = { name: "ender", domain_id: domain.id, password: "ender-pass" };
  const ender = (await cloud.send("POST", "/v3/users", { token, body: { user: inDomain } })).body.user;
  const enderAuth = {
    auth: {
      identity: {
        methods: ["password"],
        password: { user: { id: ender.id, password: inDomain.password } },
      },
    },
  };
  const signInEnder = async () =>
    (await cloud.send("POST", tokens, { body: enderAuth })).headers["x-subject-token"] as string;
  const signInDemo = () => cloud.signIn("demo", passwords.demo, projectScope("demo"));
  for (const [signIn, path, name] of [
    [signInDemo, `users/${user.id}`, "user"],
    [signInDemo, `projects/${project.id}`, "project"],
    [signInEnder, `domains/${domain.id}`, "domain"],
  ] as const) {
    const old = await signIn();
    const status = async (sent: string) =>
      (await cloud.send("GET", "/v3/auth/projects", { token: sent })).status;
    expect([name, await status(old)]).toEqual([name, 200]);
    expect(await ask(path, { [name]: { enabled: false } })).toBe(200);
    expect(await ask(path, { [name]: { enabled: true } })).toBe(200);
    expect([name, await status(old), await status(await signIn())]).toEqual([name, 401, 200]);
  }
  const old = await signInDemo();
  expect(await ask(`users/${user.id}`, { user: { password: passwords.demo } })).toBe(200);
  expect((await cloud.send("GET", "/v3/auth/projects", { token: old })).status).toBe(401);
  demo = await signInDemo();
});

test("a key signs for a day and goes with the last of its tokens; none is in the database in the clear", async () => {
  const keys = async () =>
    (await cloud.database.db.selectFrom("identity_token_keys").selectAll().execute()).map(({ id }) => id);
  const keyOf = (text: string): string => text.slice("sst_".length, text.indexOf("."));
  try {
    const first = keyOf(demo);
    expect(await keys()).toEqual([first]);
    cloud.clock.offsetMs = 23.5 * 3_600_000;
    const last = await cloud.signIn("demo", passwords.demo);
    expect(keyOf(last)).toBe(first);
    cloud.clock.offsetMs = 24.4 * 3_600_000;
    const next = await cloud.signIn("demo", passwords.demo);
    expect((await keys()).toSorted()).toEqual([first, keyOf(next)].toSorted());
    expect((await cloud.send("GET", "/v3/auth/projects", { token: last })).status).toBe(200);
    cloud.clock.offsetMs = 49 * 3_600_000;
    const third = await cloud.signIn("demo", passwords.demo);
    expect((await keys()).toSorted()).toEqual([keyOf(next), keyOf(third)].toSorted());
  } finally {
    cloud.clock.offsetMs = 0;
  }
  const boxes = await cloud.database.db.selectFrom("identity_token_keys").select("key_box").execute();
  // A master key's id, then base64 of version, nonce, tag and the 32 bytes, sealed.
  for (const { key_box: box } of boxes) expect(box).toMatch(/^[0-9a-f-]+:[\w+/]{81,82}=*$/);
});
