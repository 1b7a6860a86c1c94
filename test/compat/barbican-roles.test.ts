import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { barbicanStart, projectIdOf, userMake, type BarbicanServer } from "../kit/barbican-server.ts";
import { clientOf, eventually, imageMake, type Client } from "../kit/client.ts";
import { freePort, startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

/**
 * Who may do what at the key manager, and with a TPM's passphrase by way of compute: the same callers, with the same tokens, at the
 * embedded key manager and at Debian's Barbican 15 with its default rules.
 */
const callers = ["owner", "creator", "observer", "project admin", "other", "admin", "service"] as const;
type CallerName = (typeof callers)[number];
const backends = ["embedded", "barbican"] as const;
type Backend = (typeof backends)[number];

let cloud: TestCloud;
let barbican: BarbicanServer;
let port: number;
const clients = {} as Record<CallerName, Client>;
/** One of the owner's, which has ended when it is there. */
let ended: Promise<string>;

beforeAll(async () => {
  cloud = await startTestCloud();
  const { admin, url } = cloud;
  const projects: Record<string, string> = { service: await projectIdOf(admin, "service") };
  for (const name of ["project-a", "project-b"])
    projects[name] = (
      await admin.send("POST", "/identity/v3/projects", { project: { name } })
    ).body.project.id;
  const make = async (
    name: Exclude<CallerName, "admin">,
    project: string,
    roles: readonly string[],
  ): Promise<void> => {
    const user = { name: name.replace(" ", "-"), password: "password", projectId: projects[project] ?? "" };
    await userMake(admin, user, roles);
    clients[name] = await cloud.client(user.name, user.password, project);
  };
  await make("owner", "project-a", ["creator", "member"]);
  await make("creator", "project-a", ["creator", "member"]);
  await make("observer", "project-a", ["observer", "reader"]);
  await make("project admin", "project-a", ["admin"]);
  await make("other", "project-b", ["creator", "member"]);
  await make("service", "service", ["service"]);
  clients.admin = admin;
  ended = endedToken();
  port = await freePort();
  barbican = await barbicanStart({ url, admin }, { port, publicUrl: `http://127.0.0.1:${port}` });
});
afterAll(async () => {
  await barbican?.remove();
  await cloud?.stop();
});

/** A caller at one of the two key managers. */
interface At {
  send(method: string, path: string, body?: unknown): Promise<Told>;
}

interface Told {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every shape
  readonly body: any;
}

function at(backend: Backend, name: CallerName): At {
  const url = backend === "embedded" ? `${cloud.url}/key-manager` : barbican.url;
  const { token } = clients[name];
  const { send } = clientOf(url, token);
  return {
    async send(method, path, body) {
      if (!path.endsWith("/payload")) return send(method, path, body);
      const headers = { "x-auth-token": token, accept: "application/octet-stream" };
      const answer = await fetch(url + path, { method, headers });
      return { status: answer.status, body: await answer.text() };
    },
  };
}

const passphrase = {
  name: "vTPM secret for instance 1",
  secret_type: "passphrase",
  payload: Buffer.from("a passphrase").toString("base64"),
  payload_content_type: "application/octet-stream",
  payload_content_encoding: "base64",
};

/** Its path, from the reference that a POST answers. */
async function made(owner: At, path: string, body: object): Promise<string> {
  const answer = await owner.send("POST", path, body);
  const reference = Object.values(answer.body as Record<string, string>)[0] ?? "";
  return `${path}/${reference.split("/").at(-1)}`;
}

/** What the caller asks of something that is the owner's. */
type Operation = (caller: At, owner: At, name: CallerName) => Promise<Told>;

const aSecret = (owner: At): Promise<string> => made(owner, "/v1/secrets", passphrase);

const secret =
  (method: string, below = "", body?: unknown): Operation =>
  async (caller, owner) =>
    caller.send(method, (await aSecret(owner)) + below, body);

/** For its owner and those alone whom its ACL names: nobody, or the caller. */
const privateSecret =
  (method: string, below: string, options: { readonly named?: true } = {}): Operation =>
  async (caller, owner, name) => {
    const path = await aSecret(owner);
    const users = options.named ? [clients[name].userId] : [];
    await owner.send("PUT", `${path}/acl`, { read: { "project-access": false, users } });
    return caller.send(method, path + below);
  };

const plain =
  (method: string, path: string, body?: unknown): Operation =>
  (caller) =>
    caller.send(method, path, body);

const on =
  (path: string, body: object, method: string): Operation =>
  async (caller, owner) =>
    caller.send(method, await made(owner, path, body));

const container = { name: "c", type: "generic", secret_refs: [] };
const order = { type: "key", meta: { name: "k", algorithm: "aes", bit_length: 256, mode: "cbc" } };
const acl = { read: { "project-access": true, users: [] } };

async function secondStep(caller: At, owner: At): Promise<Told> {
  const path = await made(owner, "/v1/secrets", { name: "in two steps" });
  return caller.send("PUT", path, Buffer.from("payload"));
}

async function consume(caller: At, owner: At): Promise<Told> {
  const path = await made(owner, "/v1/containers", container);
  return caller.send("POST", `${path}/consumers`, { name: "n", URL: "http://u" });
}

// Debian's Barbican goes by its older rules alone (`creator`, `observer`) for as long as `enforce_new_defaults` is not set; the embedded
// key manager joins the newer ones (`member`) to them, as OpenStack's releases after it do.
const newer = "newer default rules: an administrator of any project may look at and delete a secret";
const members = "newer default rules: what a member may make, a member may delete";
const quotas = "the embedded key manager takes `admin` for `key-manager:service-admin`";

/** Statuses in the order of the callers; where Barbican differs, its own and why. */
const table: readonly (readonly [string, Operation, string, string?, string?])[] = [
  // What compute asks for.
  ["store a passphrase", plain("POST", "/v1/secrets", passphrase), "201 201 403 201 201 201 403"],
  ["find by name", plain("GET", "/v1/secrets?name=any"), "200 200 200 200 200 200 403"],
  ["read a passphrase", secret("GET", "/payload"), "200 200 200 200 403 403 403"],
  ["… a private one", privateSecret("GET", "/payload"), "200 403 403 200 403 403 403"],
  ["… one for the caller", privateSecret("GET", "/payload", { named: true }), "200 200 200 200 200 200 200"],
  ["delete a secret", secret("DELETE"), "204 204 403 204 403 204 403", "204 204 403 204 403 403 403", newer],
  [
    "… a private one",
    privateSecret("DELETE", ""),
    "204 403 403 204 403 204 403",
    "204 403 403 204 403 403 403",
    newer,
  ],
  // The rest of the API.
  ["look at a secret", secret("GET"), "200 200 200 200 403 200 403", "200 200 200 200 403 403 403", newer],
  [
    "… a private one",
    privateSecret("GET", ""),
    "200 403 403 200 403 200 403",
    "200 403 403 200 403 403 403",
    newer,
  ],
  ["the second of two steps", secondStep, "204 204 403 204 403 403 403"],
  ["read metadata", secret("GET", "/metadata"), "200 200 200 200 403 403 403"],
  ["write metadata", secret("PUT", "/metadata", { metadata: { a: "b" } }), "201 201 403 201 403 403 403"],
  ["read an ACL", secret("GET", "/acl"), "200 200 200 200 403 403 403"],
  ["replace an ACL", secret("PUT", "/acl", acl), "200 200 403 200 403 403 403"],
  ["change an ACL", secret("PATCH", "/acl", acl), "200 200 403 200 403 403 403"],
  ["delete an ACL", secret("DELETE", "/acl"), "200 200 403 200 403 403 403"],
  ["make a container", plain("POST", "/v1/containers", container), "201 201 403 201 201 201 403"],
  ["list containers", plain("GET", "/v1/containers"), "200 200 200 200 200 200 403"],
  ["look at a container", on("/v1/containers", container, "GET"), "200 200 200 200 403 403 403"],
  ["consume a container", consume, "200 200 200 200 403 403 403"],
  [
    "delete a container",
    on("/v1/containers", container, "DELETE"),
    "204 204 403 204 403 403 403",
    "204 403 403 204 403 403 403",
    members,
  ],
  ["make an order", plain("POST", "/v1/orders", order), "202 202 403 202 202 202 403"],
  ["list orders", plain("GET", "/v1/orders"), "200 200 200 200 200 200 403"],
  ["look at an order", on("/v1/orders", order, "GET"), "200 200 200 200 404 404 404"],
  [
    "delete an order",
    on("/v1/orders", order, "DELETE"),
    "204 204 403 204 404 404 404",
    "403 403 403 204 404 404 404",
    members,
  ],
  ["own quotas", plain("GET", "/v1/quotas"), "200 200 200 200 200 200 403"],
  [
    "quotas of projects",
    plain("GET", "/v1/project-quotas"),
    "403 403 403 200 403 200 403",
    "403 403 403 403 403 403 403",
    quotas,
  ],
];

test.each(backends)(
  "the key manager %s, asked by owner, creator, observer and administrator of the project, others, administrator and service user",
  async (backend) => {
    const found: Record<string, string> = {};
    const expected: Record<string, string> = {};
    for (const [index, [name, operation, both, barbicans]] of table.entries()) {
      const statuses: number[] = [];
      for (const caller of callers)
        statuses.push((await operation(at(backend, caller), at(backend, "owner"), caller)).status);
      found[`${index} ${name}`] = statuses.join(" ");
      expected[`${index} ${name}`] = backend === "barbican" ? (barbicans ?? both) : both;
    }
    expect(found).toEqual(expected);
  },
);

test("a list by name shows the caller's own project alone", async () => {
  for (const backend of backends) {
    const name = `only here ${backend}`;
    await made(at(backend, "owner"), "/v1/secrets", { ...passphrase, name });
    const query = `/v1/secrets?${new URLSearchParams({ name }).toString()}`;
    const counts: number[] = [];
    for (const caller of callers.filter((each) => each !== "service"))
      counts.push((await at(backend, caller).send("GET", query)).body.secrets.length);
    expect(counts).toEqual([1, 1, 1, 1, 0, 0]);
  }
});

const servers = "/compute/v2.1/servers";

/** Status, and for a refused passphrase what refused it. */
function toldOf({ status, body }: Told): string {
  const { message = "" } = (Object.values((body as object | undefined) || {})[0] ?? {}) as {
    message?: string;
  };
  if (status !== 403) return String(status);
  return message.startsWith("Policy") ? "403 compute" : "403 key manager";
}

/** By way of compute, which has rules of its own before the key manager's. */
async function computeTable(backend: Backend): Promise<Record<string, Record<string, string>>> {
  const { admin } = cloud;
  const image = await imageMake(admin, { visibility: "public" });
  const { flavors } = (await admin.send("GET", "/compute/v2.1/flavors")).body;
  const flavor = (flavors as { id: string; name: string }[]).find(({ name }) => name === "vtpm.small")?.id;
  const server = { name: "s", imageRef: image, flavorRef: flavor, networks: "none" };
  const create = (name: CallerName): Promise<Told> => clients[name].send("POST", servers, { server }, "2.96");
  const settled = (id: string): Promise<string> =>
    eventually(async () => {
      const { status, body } = await admin.send("GET", `${servers}/${id}`);
      if (status === 404) return "gone";
      return body.server["OS-EXT-STS:task_state"] === null ? (body.server.status as string) : undefined;
    }, 60_000);
  const owned = async (): Promise<string> => {
    const { body } = await create("owner");
    expect(await settled(body.server.id)).toBe("ACTIVE");
    return body.server.id as string;
  };
  const secretPath = async (id: string): Promise<string | undefined> => {
    const query = new URLSearchParams({ name: `vTPM secret for instance ${id}` }).toString();
    const { body } = await at(backend, "owner").send("GET", `/v1/secrets?${query}`);
    const [found] = body.secrets as { secret_ref: string }[];
    return found && `/v1/secrets/${found.secret_ref.split("/").at(-1)}`;
  };
  const privateTo = async (id: string, users: readonly string[]): Promise<void> => {
    const body = { read: { "project-access": false, users } };
    await at(backend, "owner").send("PUT", `${await secretPath(id)}/acl`, body);
  };
  const reboot = (name: CallerName, id: string): Promise<Told> =>
    clients[name].send("POST", `${servers}/${id}/action`, { reboot: { type: "HARD" } });
  const found: Record<string, Record<string, string>> = {
    create: {},
    reboot: {},
    private: {},
    named: {},
    delete: {},
  };
  for (const name of callers) {
    // It sends no heartbeats, and a silent host is taken for one that is down.
    await cloud.host.register();
    const { status, body } = await create(name);
    Object.assign(found["create"] ?? {}, { [name]: toldOf({ status, body }) });
    if (status === 202) {
      await settled(body.server.id);
      await clients[name].send("DELETE", `${servers}/${body.server.id}`);
      expect(await settled(body.server.id)).toBe("gone");
    }
    const id = await owned();
    for (const [row, users] of [
      ["reboot", undefined],
      ["private", []],
      ["named", [clients[name].userId]],
    ] as const) {
      if (users) await privateTo(id, users);
      Object.assign(found[row] ?? {}, { [name]: toldOf(await reboot(name, id)) });
      await settled(id);
    }
    await at(backend, "owner").send("DELETE", `${await secretPath(id)}/acl`);
    const deleted = toldOf(await clients[name].send("DELETE", `${servers}/${id}`));
    if (deleted !== "204") await clients["owner"].send("DELETE", `${servers}/${id}`);
    expect(await settled(id)).toBe("gone");
    const left =
      deleted === "204" ? ((await secretPath(id)) === undefined ? ", all gone" : ", an orphan") : "";
    Object.assign(found["delete"] ?? {}, { [name]: deleted + left });
    // Somebody of its project comes by.
    await clients["owner"].send("GET", servers);
    await eventually(async () => ((await secretPath(id)) === undefined ? true : undefined), 60_000);
  }
  return found;
}

const own = "202";
const byCompute = "403 compute";
const byKeyManager = "403 key manager";

/** In the order of the callers, on both backends: reboot stands for all that needs the passphrase. */
const computeExpected: Readonly<Record<string, readonly string[]>> = {
  create: [own, own, byCompute, own, own, own, byCompute],
  reboot: [own, own, byCompute, own, "404", byKeyManager, "404"],
  private: [own, byKeyManager, byCompute, own, "404", byKeyManager, "404"],
  named: [own, own, byCompute, own, "404", own, "404"],
  delete: ["204, all gone", "204, all gone", byCompute, "204, all gone", "404", "204, all gone", "404"],
};

/** An administrator of another project: Barbican keeps the secret until somebody of its own comes by. */
const computeOfBarbican: typeof computeExpected = {
  ...computeExpected,
  delete: ["204, all gone", "204, all gone", byCompute, "204, all gone", "404", "204, an orphan", "404"],
};

const rowsOf = (found: Record<string, Record<string, string>>) =>
  Object.fromEntries(Object.entries(found).map(([row, cells]) => [row, callers.map((name) => cells[name])]));

test("compute with the embedded key manager, asked by the same", async () => {
  expect(rowsOf(await computeTable("embedded"))).toEqual(computeExpected);
});

test("compute with Barbican, asked by the same", async () => {
  const tls = { ca: undefined, verifySsl: true };
  const options = { regionName: undefined, sendServiceToken: false, ...tls, timeoutMs: 30_000 } as const;
  await cloud.restart({
    barbican: { endpoint: barbican.url, endpointType: "public", ...options, retries: 1, retryDelayMs: 1_000 },
  });
  await cloud.host.register();
  expect(rowsOf(await computeTable("barbican"))).toEqual(computeOfBarbican);
});

test("a token that ended is good for Barbican as long as a service token goes along with it", async () => {
  const options = {
    endpoint: barbican.url,
    endpointType: "public",
    regionName: undefined,
    ca: undefined,
    verifySsl: true,
    timeoutMs: 30_000,
    retries: 1,
    retryDelayMs: 1_000,
  } as const;
  await cloud.restart({ barbican: { ...options, sendServiceToken: true } });
  await cloud.host.register();
  const nova = (await cloud.admin.send("GET", "/identity/v3/users?name=nova")).body.users[0].id as string;
  const assigned = `/identity/v3/role_assignments?user.id=${nova}&include_names`;
  const { role_assignments: roles } = (await cloud.admin.send("GET", assigned)).body;
  expect((roles as { role: { name: string } }[]).map(({ role }) => role.name)).toContain("service");
  // Barbican has seen neither: its middleware remembers tokens for a while.
  const { token: revoked } = await cloud.client("owner", "password", "project-a");
  const headers = { "x-auth-token": cloud.admin.token, "x-subject-token": revoked };
  await fetch(`${cloud.url}/identity/v3/auth/tokens`, { method: "DELETE", headers });
  const ask = async (token: string, service?: string): Promise<number> => {
    const more = service === undefined ? {} : { "x-service-token": service };
    const answer = await fetch(`${barbican.url}/v1/secrets`, {
      headers: { "x-auth-token": token, ...more },
    });
    return answer.status;
  };
  expect(await ask(await ended)).toBe(401);
  expect(await ask(await ended, clients.owner.token)).toBe(401);
  expect(await ask(await ended, clients.service.token)).toBe(200);
  expect(await ask(revoked, clients.service.token)).toBe(401);
});

/** Asked for before anything else, so that there is time to get it: it lives no longer than the application credential that it was got by. */
async function endedToken(): Promise<string> {
  const { userId, send } = clients.owner;
  const endsAt = Date.now() + 12_000;
  const wanted = { name: "ending", expires_at: new Date(endsAt).toISOString().replace("Z", "") };
  const path = `/identity/v3/users/${userId}/application_credentials`;
  const { body } = await send("POST", path, { application_credential: wanted });
  const given = { id: body.application_credential.id, secret: body.application_credential.secret };
  const identity = { methods: ["application_credential"], application_credential: given };
  const answer = await fetch(`${cloud.url}/identity/v3/auth/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ auth: { identity } }),
  });
  expect(answer.status).toBe(201);
  await sleep(endsAt - Date.now() + 100);
  return answer.headers.get("x-subject-token") ?? "";
}

test("a member without Barbican's own role is told so before anything exists", async () => {
  const image = await imageMake(cloud.demo);
  const { flavors } = (await cloud.demo.send("GET", "/compute/v2.1/flavors")).body;
  const flavor = (flavors as { id: string; name: string }[]).find(({ name }) => name === "vtpm.small")?.id;
  const server = { name: "s", imageRef: image, flavorRef: flavor, networks: "none" };
  const { status, body } = await cloud.demo.send("POST", servers, { server }, "2.96");
  expect([status, body.forbidden?.message]).toEqual([
    403,
    "The key manager does not let you store the TPM passphrase of the server: Secret creation attempt not allowed - please review your user/project privileges. " +
      "Its own rules say who may: by Barbican's defaults the roles creator and admin on your project, by its newer ones also member.",
  ]);
  expect((await cloud.demo.send("GET", servers)).body.servers).toEqual([]);
});
