import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, imageMake, type Client } from "../kit/client.ts";
import { startSimulatedCloud, type SimulatedCloud } from "../kit/simulated-cloud.ts";

/**
 * Who may do what with a server that has a TPM, in each mode of hw:tpm_secret_security, on a simulated host over HTTP. An operation
 * that is new is a row of `operations`; whoever is new, a line of `actors`.
 */

type Status = "ACTIVE" | "SHUTOFF" | "PAUSED" | "SUSPENDED";

interface Operation {
  readonly name: string;
  readonly from: Status;
  readonly to: Status;
  /** Of POST /servers/{id}/action. */
  readonly body: object;
  /** Whether it starts or restores the domain. */
  readonly needsPassphrase: boolean;
}

const operations: readonly Operation[] = [
  { name: "start", from: "SHUTOFF", to: "ACTIVE", body: { "os-start": null }, needsPassphrase: true },
  {
    name: "hard reboot",
    from: "ACTIVE",
    to: "ACTIVE",
    body: { reboot: { type: "HARD" } },
    needsPassphrase: true,
  },
  {
    name: "hard reboot of what is off",
    from: "SHUTOFF",
    to: "ACTIVE",
    body: { reboot: { type: "HARD" } },
    needsPassphrase: true,
  },
  { name: "resume", from: "SUSPENDED", to: "ACTIVE", body: { resume: null }, needsPassphrase: true },
  { name: "stop", from: "ACTIVE", to: "SHUTOFF", body: { "os-stop": null }, needsPassphrase: false },
  {
    name: "soft reboot",
    from: "ACTIVE",
    to: "ACTIVE",
    body: { reboot: { type: "SOFT" } },
    needsPassphrase: false,
  },
  { name: "pause", from: "ACTIVE", to: "PAUSED", body: { pause: null }, needsPassphrase: false },
  { name: "unpause", from: "PAUSED", to: "ACTIVE", body: { unpause: null }, needsPassphrase: false },
  { name: "suspend", from: "ACTIVE", to: "SUSPENDED", body: { suspend: null }, needsPassphrase: false },
];

const modes = ["user", "host", "deployment"] as const;
type Mode = (typeof modes)[number];

interface Actor {
  readonly who: string;
  readonly client: () => Client;
  /** What the owner says of the secret before: who else may read it, and whether the project may. */
  readonly acl?: () => object;
  /** The answer, in each mode, to what needs the passphrase, and to all else. */
  readonly needing: Readonly<Record<Mode, number>>;
  readonly other: number;
}

const everywhere = (status: number): Actor["needing"] => ({ user: status, host: status, deployment: status });
const isPrivate = () => ({ read: { "project-access": false } });

const actors: readonly Actor[] = [
  { who: "owner", client: () => cloud.demo, needing: everywhere(202), other: 202 },
  {
    who: "owner, the secret being private",
    client: () => cloud.demo,
    acl: isPrivate,
    needing: everywhere(202),
    other: 202,
  },
  { who: "another member of the project", client: () => member, needing: everywhere(202), other: 202 },
  {
    who: "another member, the secret being private",
    client: () => member,
    acl: isPrivate,
    needing: { user: 403, host: 403, deployment: 202 },
    other: 202,
  },
  { who: "a reader of the project", client: () => reader, needing: everywhere(403), other: 403 },
  { who: "a member of another project", client: () => stranger, needing: everywhere(404), other: 404 },
  {
    who: "a member of another project whom the ACL names",
    client: () => stranger,
    acl: () => ({ read: { users: [stranger.userId] } }),
    needing: everywhere(404),
    other: 404,
  },
  {
    who: "administrator",
    client: () => cloud.admin,
    needing: { user: 403, host: 202, deployment: 202 },
    other: 202,
  },
  {
    who: "administrator whom the ACL names",
    client: () => cloud.admin,
    acl: () => ({ read: { users: [cloud.admin.userId] } }),
    needing: everywhere(202),
    other: 202,
  },
];

const servers = "/compute/v2.1/servers";
const secretsPath = "/key-manager/v1/secrets";

let cloud: SimulatedCloud;
let member: Client;
let reader: Client;
let stranger: Client;
let image: string;
const flavors = new Map<Mode, string>();

beforeAll(async () => {
  cloud = await startSimulatedCloud();
  member = await cloud.userAdd("colleague", "demo", "member");
  reader = await cloud.userAdd("onlooker", "demo", "reader");
  stranger = await cloud.userAdd("stranger", "others", "member");
  image = await imageMake(cloud.demo);
  for (const mode of modes)
    flavors.set(
      mode,
      await cloud.flavorAdd(mode, { "hw:tpm_version": "2.0", "hw:tpm_secret_security": mode }),
    );
}, 60_000);
afterAll(() => cloud.stop());

async function made(mode: Mode): Promise<string> {
  const server = { name: mode, imageRef: image, flavorRef: flavors.get(mode), networks: "none" };
  const { status, body } = await cloud.demo.send("POST", servers, { server }, "2.37");
  expect(status, JSON.stringify(body)).toBe(202);
  await reached(body.server.id as string, "ACTIVE");
  return body.server.id as string;
}

async function serverOf(id: string): Promise<Record<string, unknown>> {
  return (await cloud.admin.send("GET", `${servers}/${id}`, undefined, "2.96")).body.server;
}

async function reached(id: string, status: Status): Promise<void> {
  await eventually(async () => {
    const server = await serverOf(id);
    return server["status"] === status && server["OS-EXT-STS:task_state"] === null ? true : undefined;
  });
}

const act = (client: Client, id: string, body: object) =>
  client.send("POST", `${servers}/${id}/action`, body);

const waysIn: Readonly<Record<Exclude<Status, "ACTIVE">, object>> = {
  SHUTOFF: { "os-stop": null },
  PAUSED: { pause: null },
  SUSPENDED: { suspend: null },
};
const waysOut: Readonly<Record<Exclude<Status, "ACTIVE">, object>> = {
  SHUTOFF: { "os-start": null },
  PAUSED: { unpause: null },
  SUSPENDED: { resume: null },
};

/** By its owner, over ACTIVE. */
async function bring(id: string, to: Status): Promise<void> {
  const { status } = (await serverOf(id)) as { status: Status };
  if (status === to) return;
  if (status !== "ACTIVE") {
    expect((await act(cloud.demo, id, waysOut[status])).status).toBe(202);
    await reached(id, "ACTIVE");
  }
  if (to === "ACTIVE") return;
  expect((await act(cloud.demo, id, waysIn[to])).status).toBe(202);
  await reached(id, to);
}

interface Tpm {
  readonly secret_id: string;
  readonly owner_user_id: string;
  readonly owner_project_id: string;
}

async function tpmOf(id: string): Promise<Tpm> {
  return (await cloud.admin.send("GET", `${servers}/${id}/sealstone:tpm`)).body["sealstone:tpm"] as Tpm;
}

/** Everything that a refusal must leave alone: server, actions, domain, TPM, vault, secret. */
async function allOf(id: string): Promise<object> {
  const { secret_id: secretId } = await tpmOf(id);
  const [actions, vault, secret] = [
    await cloud.admin.send("GET", `${servers}/${id}/os-instance-actions`),
    await cloud.admin.send("GET", `${servers}/${id}/sealstone:tpm/history`),
    await cloud.admin.send("GET", `${secretsPath}/${secretId}`),
  ];
  expect([actions.status, vault.status, secret.status]).toEqual([200, 200, 200]);
  return {
    server: await serverOf(id),
    actions: actions.body,
    vault: vault.body,
    secret: secret.body,
    payload: await payloadOf(cloud.demo, secretId),
    host: cloud.host().servers.get(id),
  };
}

/** As a hash, or the status of a refusal. */
async function payloadOf({ token }: Client, secretId: string): Promise<string | number> {
  const headers = { "x-auth-token": token, accept: "application/octet-stream" };
  const answer = await fetch(`${cloud.url}${secretsPath}/${secretId}/payload`, { headers });
  const bytes = Buffer.from(await answer.arrayBuffer());
  return answer.status === 200 ? createHash("sha256").update(bytes).digest("hex") : answer.status;
}

async function deniedEvents(id: string): Promise<Record<string, unknown>[]> {
  return (await cloud.admin.send("GET", `/sealstone/v1/audit?server=${id}&event=denied`)).body.audit_events;
}

/** What the owner says of the secret holds while `work` runs. In the mode `deployment` it is not theirs to say. */
async function withAcl(
  { acl }: Actor,
  { id, mode }: { readonly id: string; readonly mode: Mode },
  work: () => Promise<void>,
): Promise<void> {
  if (acl === undefined) return await work();
  const path = `${secretsPath}/${(await tpmOf(id)).secret_id}/acl`;
  const put = await cloud.demo.send("PUT", path, acl());
  expect(put.status, JSON.stringify(put.body)).toBe(mode === "deployment" ? 403 : 200);
  try {
    await work();
  } finally {
    if (mode !== "deployment") expect((await cloud.demo.send("DELETE", path)).status).toBe(200);
  }
}

describe.each(modes)("mode %s", (mode) => {
  let id: string;
  beforeAll(async () => {
    id = await made(mode);
  });

  test.each(operations)("$name", async (operation) => {
    for (const actor of actors) {
      const expected = operation.needsPassphrase ? actor.needing[mode] : actor.other;
      await bring(id, operation.from);
      await withAcl(actor, { id, mode }, async () => {
        const before = await allOf(id);
        const denied = (await deniedEvents(id)).length;
        const answer = await act(actor.client(), id, operation.body);
        const saying = `${actor.who}: ${JSON.stringify(answer.body)}`;
        expect(answer.status, saying).toBe(expected);
        if (expected === 202) return await reached(id, operation.to);
        expect(await allOf(id), saying).toEqual(before);
        const byKeyManager = expected === 403 && actor.client() !== reader;
        expect((await deniedEvents(id)).length - denied, saying).toBe(byKeyManager ? 1 : 0);
        if (byKeyManager) await refusalCheck(answer.body.forbidden.message as string, actor.client());
      });
    }
  });

  /** Which secret, whose, and what would allow it. */
  async function refusalCheck(message: string, client: Client): Promise<void> {
    const { secret_id: secretId } = await tpmOf(id);
    expect(message).toContain(
      `(secret ${secretId} in the key manager, of user ${cloud.demo.userId} in project ${cloud.demo.projectId})`,
    );
    expect(message).toContain(`openstack acl user add --user ${client.userId} --operation-type read`);
    expect(message).toMatch(mode === "user" ? /hw:tpm_secret_security=host or deployment/ : /Operators/);
  }

  test("whose the secret is, and that nothing of it is left after a delete by whoever may", async () => {
    const { secret_id: secretId, ...owner } = await tpmOf(id);
    const [nova] = (await cloud.admin.send("GET", "/identity/v3/users?name=nova")).body.users;
    const ownerId = mode === "deployment" ? nova.id : cloud.demo.userId;
    expect(owner.owner_user_id).toBe(ownerId);
    const { body } = await cloud.admin.send("GET", `${secretsPath}/${secretId}`);
    expect(body).toMatchObject({ creator_id: ownerId, name: `vTPM secret for instance ${id}` });
    const theirs = (await cloud.demo.send("GET", `${secretsPath}?limit=1000`)).body.secrets as {
      name: string;
    }[];
    expect(theirs.some(({ name }) => name.endsWith(id))).toBe(mode !== "deployment");
    const payload = await payloadOf(cloud.demo, secretId);
    if (mode === "deployment") expect(payload).toBe(403);
    else expect(payload).toMatch(/^[0-9a-f]{64}$/);
    for (const client of [cloud.demo, member, cloud.admin]) {
      const gone = await made(mode);
      const secret = (await tpmOf(gone)).secret_id;
      expect((await client.send("DELETE", `${servers}/${gone}`)).status).toBe(204);
      await eventually(async () =>
        (await cloud.demo.send("GET", `${servers}/${gone}`)).status === 404 ? true : undefined,
      );
      expect((await cloud.admin.send("GET", `${secretsPath}/${secret}`)).status).toBe(404);
      expect(cloud.host().servers.has(gone)).toBe(false);
    }
  });
});

test("mode host: without what the host keeps operators wait for the owner, whose start gives it back", async () => {
  const id = await made("host");
  await bring(id, "SHUTOFF");
  await cloud.hostRestart((books) => {
    for (const [serverId, { tpm }] of Object.entries(books))
      if (serverId === id && tpm) (tpm as { passphraseKept?: boolean }).passphraseKept = false;
  });
  const before = await allOf(id);
  const refused = await act(cloud.admin, id, { "os-start": null });
  expect(refused.status).toBe(403);
  expect(refused.body.forbidden.message).toMatch(
    /Operators .* while the server's host keeps the passphrase; this host does not at present/,
  );
  expect(await allOf(id)).toEqual(before);
  expect((await act(cloud.demo, id, { "os-start": null })).status).toBe(202);
  await reached(id, "ACTIVE");
  await bring(id, "SHUTOFF");
  expect((await act(cloud.admin, id, { "os-start": null })).status).toBe(202);
  await reached(id, "ACTIVE");
});

test("the mode is a required trait; a host that does not offer it takes no such server", async () => {
  const other = await startSimulatedCloud({ settings: { tpmSecretSecurities: ["host"] } });
  try {
    const picture = await imageMake(other.demo);
    const flavorRef = await other.flavorAdd("deployment", {
      "hw:tpm_version": "2.0",
      "hw:tpm_secret_security": "deployment",
    });
    const server = { name: "s", imageRef: picture, flavorRef, networks: "none" };
    const { body } = await other.demo.send("POST", servers, { server }, "2.37");
    const found = await eventually(async () => {
      const answer = await other.demo.send("GET", `${servers}/${body.server.id}`);
      return answer.body.server.status === "ERROR" ? answer.body.server : undefined;
    });
    expect(found.fault.message).toContain("COMPUTE_SECURITY_TPM_SECRET_SECURITY_DEPLOYMENT");
  } finally {
    await other.stop();
  }
}, 60_000);

test("hw:tpm_secret_security is validated where it is set, from 2.86 on", async () => {
  const flavorId = flavors.get("user") ?? "";
  const path = `/compute/v2.1/flavors/${flavorId}/os-extra_specs/hw:tpm_secret_security`;
  const wrong = { "hw:tpm_secret_security": "nobody" };
  const refused = await cloud.admin.send("PUT", path, wrong, "2.86");
  expect(refused.status).toBe(400);
  expect(refused.body.badRequest.message).toBe(
    "Validation failed; 'nobody' is not one of: user, host, deployment.",
  );
  const alone = await cloud.flavorAdd("mode alone", { "hw:tpm_secret_security": "host" });
  const server = { name: "s", imageRef: image, flavorRef: alone, networks: "none" };
  const contrary = await cloud.demo.send("POST", servers, { server }, "2.37");
  expect(contrary.status).toBe(400);
  expect(contrary.body.badRequest.message).toContain("TPM version is required");
});
