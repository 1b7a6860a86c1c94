import { afterAll, beforeEach, beforeAll, expect, test } from "vitest";
import { totpCode } from "./domain/totp.ts";
import { passwords, projectScope, startTestCloud, type Answer, type TestCloud } from "./testing/cloud.ts";

let cloud: TestCloud;
let admin: string;
beforeAll(async () => {
  cloud = await startTestCloud();
  admin = await cloud.signIn("admin", passwords.admin, projectScope("admin"));
});
afterAll(() => cloud.close());

const seed = Buffer.from("12345678901234567890");
const seedText = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
let user: { id: string; name: string };
let count = 0;
beforeEach(async () => {
  count += 1;
  const options = { multi_factor_auth_rules: [["password", "totp"]] };
  const fields = { name: `user${count}`, password: "first", options };
  const made = await cloud.send("POST", "/v3/users", { token: admin, body: { user: fields } });
  expect([made.status, made.body.user.options]).toEqual([201, options]);
  ({ user } = made.body);
  const credential = { user_id: user.id, type: "totp", blob: seedText };
  const stored = await cloud.send("POST", "/v3/credentials", { token: admin, body: { credential } });
  expect(stored.status).toBe(201);
});

const code = (): string => totpCode(seed, Math.floor(cloud.clock.now() / 30_000));
const password = (text = "first") => ({ user: { id: user.id, password: text } });
const totp = (passcode = code()) => ({ user: { name: user.name, domain: { id: "default" }, passcode } });
const header = "openstack-auth-receipt";

const issue = (identity: Record<string, unknown>, receipt?: string): Promise<Answer> =>
  cloud.send("POST", "/v3/auth/tokens", {
    body: { auth: { identity: { methods: Object.keys(identity), ...identity } } },
    ...(receipt === undefined ? {} : { headers: { [header]: receipt } }),
  });

test("both methods at once give a token; one alone, or a wrong one, does not", async () => {
  const both = await issue({ password: password(), totp: totp() });
  expect([both.status, both.body.token.methods]).toEqual([201, ["password", "totp"]]);
  const again = await issue({ token: { id: both.headers["x-subject-token"] } });
  expect([again.status, again.body.token.methods]).toEqual([201, ["token", "password", "totp"]]);
  for (const identity of [
    { password: password(), totp: totp("000000") },
    { password: password("other"), totp: totp() },
    { totp: { user: { name: "nobody", domain: { id: "default" }, passcode: code() } } },
  ]) {
    const refused = await issue(identity);
    expect(refused.status).toBe(401);
    expect(refused.headers).not.toHaveProperty(header);
  }
});

test("a receipt tells what misses, and stands for the method that was right", async () => {
  const half = await issue({ password: password() });
  expect(half.status).toBe(401);
  expect(half.headers).not.toHaveProperty("x-subject-token");
  expect(half.body).toMatchObject({
    receipt: {
      methods: ["password"],
      user: { id: user.id, name: user.name, domain: { id: "default", name: "Default" } },
    },
    required_auth_methods: [["password", "totp"]],
  });
  const receipt = String(half.headers[header]);
  const whole = await issue({ totp: totp() }, receipt);
  expect([whole.status, whole.body.token.methods]).toEqual([201, ["totp", "password"]]);
  expect((await cloud.send("GET", "/v3/auth/projects", { token: receipt })).status).toBe(401);
  const token = String(whole.headers["x-subject-token"]);
  for (const foreign of ["x", token]) expect((await issue({ totp: totp() }, foreign)).status).toBe(401);
});

test("a receipt is its user's, for five minutes, and ends with the password", async () => {
  const receipt = String((await issue({ password: password() })).headers[header]);
  const own = user.id;
  user = (await cloud.send("GET", "/v3/users?name=demo", { token: admin })).body.users[0];
  expect((await issue({ password: password(passwords.demo) }, receipt)).status).toBe(401);
  user = (await cloud.send("GET", `/v3/users/${own}`, { token: admin })).body.user;
  cloud.clock.offsetMs += 200_000;
  expect((await issue({ totp: totp() }, receipt)).status).toBe(201);
  cloud.clock.offsetMs += 101_000;
  expect((await issue({ totp: totp() }, receipt)).status).toBe(401);
  const fresh = String((await issue({ password: password() })).headers[header]);
  const body = { user: { password: "second" } };
  expect((await cloud.send("PATCH", `/v3/users/${own}`, { token: admin, body })).status).toBe(200);
  expect((await issue({ totp: totp() }, fresh)).status).toBe(401);
});

test("the rules may be switched off, taken away, and must be rules", async () => {
  const change = (options: unknown) =>
    cloud.send("PATCH", `/v3/users/${user.id}`, { token: admin, body: { user: { options } } });
  expect((await change({ multi_factor_auth_enabled: false })).status).toBe(200);
  expect((await issue({ password: password() })).status).toBe(201);
  expect((await change({ multi_factor_auth_enabled: true, ignore_password_expiry: true })).status).toBe(200);
  expect((await issue({ password: password() })).status).toBe(401);
  const without = await change({ multi_factor_auth_rules: null });
  expect(without.body.user.options).toEqual({
    multi_factor_auth_enabled: true,
    ignore_password_expiry: true,
  });
  expect((await issue({ password: password() })).status).toBe(201);
  for (const wrong of [
    { multi_factor_auth_rules: ["password"] },
    { multi_factor_auth_rules: [[]] },
    { multi_factor_auth_rules: [["totp", "totp"]] },
    { lock_password: "yes" },
    { unheard_of: true },
  ])
    expect([wrong, (await change(wrong)).status]).toEqual([wrong, 400]);
});

test("a locked password is changed by nobody but an administrator", async () => {
  const path = `/v3/users/${user.id}`;
  const own = { body: { user: { original_password: "first", password: "second" } } };
  const patch = (fields: object) => cloud.send("PATCH", path, { token: admin, body: { user: fields } });
  await patch({ options: { lock_password: true } });
  expect((await cloud.send("POST", `${path}/password`, own)).status).toBe(400);
  await patch({ options: { lock_password: null } });
  expect((await cloud.send("POST", `${path}/password`, own)).status).toBe(204);
});
