import { execFile } from "node:child_process";
import { access, readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseGuestFacts, type GuestFacts } from "../../guest/console-facts.ts";
import { barbicanStart, projectIdOf, roleGrant, type BarbicanServer } from "../kit/barbican-server.ts";
import { bytesFind } from "../kit/bytes-find.ts";
import { clientOf, eventually, type Answer } from "../kit/client.ts";
import { httpProxy, type HttpProxy } from "../kit/http-proxy.ts";
import { realCloudForTests } from "../kit/real-cloud-for-tests.ts";
import { freePort } from "../kit/test-cloud.ts";

/** Debian's Barbican as the key manager of a cloud with real guests; a proxy between the two counts and interferes. */
const run = promisify(execFile);
const root = join(import.meta.dirname, "..", "..");
const servers = "/compute/v2.1/servers";
const patienceMs = 120_000;
/** Of [barbican] timeout. */
const timeoutSeconds = 8;

let port: number;
let proxy: HttpProxy;
let barbican: BarbicanServer;
let image: string;
let flavor: string;

const config = async (): Promise<string> => {
  const proxyPort = await freePort();
  port = await freePort();
  proxy = await httpProxy(proxyPort, `http://127.0.0.1:${port}`);
  return `[key_manager]
backend = barbican
[barbican]
barbican_endpoint = ${proxy.url}
timeout = ${timeoutSeconds}
`;
};
const cloud = realCloudForTests({ config });

beforeAll(async () => {
  const { admin, demo, url } = cloud();
  barbican = await barbicanStart({ url, admin }, { port, publicUrl: proxy.url });
  // Barbican's default rules ask for its own roles.
  await roleGrant(admin, demo.userId, demo.projectId, "creator");
  image = (await demo.send("GET", "/image/v2/images?name=sealstone-guest")).body.images[0].id as string;
  const { flavors } = (await demo.send("GET", "/compute/v2.1/flavors")).body;
  flavor = (flavors as { id: string; name: string }[]).find(({ name }) => name === "vtpm.small")?.id ?? "";
});
afterAll(async () => {
  await barbican?.remove();
  await proxy?.stop();
});

/** What the real client prints, for the user of an openrc file. */
async function shell(user: "admin" | "demo", line: string): Promise<string> {
  const openrc = join(cloud().statePath, user === "admin" ? "openrc" : "openrc-demo");
  const env = { PATH: process.env["PATH"] ?? "", HOME: cloud().statePath };
  return (await run("sh", ["-euc", `. ${openrc}\n${line}`], { env })).stdout.trim();
}

async function orphans(): Promise<string> {
  const args = ["bin/sealstone.mjs", "key-manager", "orphans", "--state-path", cloud().statePath];
  return (await run(process.execPath, args, { cwd: root })).stdout;
}

async function ask(flavorRef = flavor): Promise<Answer> {
  const server = { name: "b", imageRef: image, flavorRef, networks: "none" };
  return cloud().demo.send("POST", servers, { server }, "2.37");
}

async function status(id: string, wanted: string): Promise<void> {
  await eventually(async () => {
    const { body } = await cloud().demo.send("GET", `${servers}/${id}`);
    if (body.server.status === "ERROR") throw new Error(JSON.stringify(body.server.fault));
    return body.server.status === wanted && body.server["OS-EXT-STS:task_state"] === null ? true : undefined;
  }, patienceMs);
}

const act = (id: string, action: object, client = cloud().demo): Promise<Answer> =>
  client.send("POST", `${servers}/${id}/action`, action);

async function accepted(id: string, action: object, wanted: string, client = cloud().demo): Promise<void> {
  const answer = await act(id, action, client);
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  await status(id, wanted);
}

async function booted(id: string, boots: number): Promise<GuestFacts> {
  return eventually(async () => {
    const { body } = await act(id, { "os-getConsoleOutput": {} });
    return parseGuestFacts((body.output as string | undefined) ?? "").findLast(
      (block) => block.boots === boots,
    );
  }, patienceMs);
}

async function gone(id: string): Promise<void> {
  await eventually(
    async () => ((await cloud().demo.send("GET", `${servers}/${id}`)).status === 404 ? true : undefined),
    patienceMs,
  );
  expect(await cloud().domains()).not.toContain(`instance-${id}`);
  expect(await readdir("/var/lib/libvirt/swtpm")).not.toContain(id);
}

async function secretOf(id: string): Promise<string> {
  const query = new URLSearchParams({ name: `vTPM secret for instance ${id}` }).toString();
  const { body } = await keyManager("GET", `/v1/secrets?${query}`);
  return ((body.secrets as { secret_ref: string }[])[0]?.secret_ref ?? "").split("/").at(-1) ?? "";
}

/** Barbican itself, past the proxy, with demo's token. */
const keyManager = (method: string, path: string, body?: unknown): Promise<Answer> =>
  clientOf(barbican.url, cloud().demo.token).send(method, path, body);

async function made(): Promise<{ readonly id: string; readonly secretId: string }> {
  const { status: accept, body } = await ask();
  expect(accept, JSON.stringify(body)).toBe(202);
  const id = body.server.id as string;
  await status(id, "ACTIVE");
  return { id, secretId: await secretOf(id) };
}

/** The server as its owner sees it, and as its host has it. */
async function view(id: string): Promise<object> {
  const { body } = await cloud().demo.send("GET", `${servers}/${id}`, undefined, "2.96");
  const { updated: _, ...server } = body.server;
  const actions = (await cloud().demo.send("GET", `${servers}/${id}/os-instance-actions`)).body;
  return { server, actions, state: (await run("virsh", ["domstate", id])).stdout };
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

let first: { readonly id: string; readonly secretId: string };
let facts: GuestFacts;

async function sameTpm(boots: number): Promise<void> {
  const now = await booted(first.id, boots);
  expect(now.problems).toEqual([]);
  expect([now.ekSha256, now.nv?.value, now.secret?.value]).toEqual([
    facts.ekSha256,
    facts.nv?.value,
    facts.secret?.value,
  ]);
  expect([now.nv?.state, now.secret?.state]).toEqual(["read", "unsealed"]);
}

test("create, stop and start, hard reboot: the passphrase is the caller's secret in Barbican", async () => {
  first = await made();
  facts = await booted(first.id, 1);
  expect([facts.tpmVersion, facts.nv?.state, facts.secret?.state]).toEqual(["2.0", "written", "sealed"]);
  expect(await shell("demo", "openstack secret list -f value -c Name -c 'Secret type'")).toBe(
    `vTPM secret for instance ${first.id} passphrase`,
  );
  expect((await cloud().demo.send("GET", "/key-manager/v1/secrets")).body.secrets).toEqual([]);
  await accepted(first.id, { "os-stop": null }, "SHUTOFF");
  await accepted(first.id, { "os-start": null }, "ACTIVE");
  await sameTpm(2);
  await accepted(first.id, { reboot: { type: "HARD" } }, "ACTIVE");
  await sameTpm(3);
  expect((await run("virsh", ["-q", "secret-list"])).stdout).not.toContain(first.id);
});

test("neither the passphrase nor the token of who asked is in a file of the cloud", async () => {
  const path = `${barbican.url}/v1/secrets/${first.secretId}/payload`;
  const { token } = cloud().demo;
  const headers = { "x-auth-token": token, accept: "application/octet-stream" };
  const passphrase = Buffer.from(await (await fetch(path, { headers })).arrayBuffer());
  expect(passphrase).toHaveLength(512);
  const pieces = [0, 100, 300].map((start) => passphrase.subarray(start, start + 24));
  const needles = [
    ...pieces,
    ...pieces.map((piece) => Buffer.from(piece.toString("hex"))),
    Buffer.from(token),
  ];
  const places = [cloud().statePath, cloud().instancesPath, "/var/lib/libvirt", "/var/log/libvirt"];
  expect(await bytesFind(places, [Buffer.from(first.id)])).not.toEqual([]);
  expect(await bytesFind(places, needles)).toEqual([]);
});

test("an ACL of Barbican lets somebody else start it", async () => {
  const { admin } = cloud();
  await accepted(first.id, { "os-stop": null }, "SHUTOFF");
  const refused = await act(first.id, { "os-start": null }, admin);
  expect(refused.status).toBe(403);
  expect(refused.body.forbidden.message).toContain(`secret ${first.secretId} in the key manager`);
  await shell(
    "demo",
    `openstack acl user add --user ${admin.userId} --operation-type read ${proxy.url}/v1/secrets/${first.secretId}`,
  );
  await accepted(first.id, { "os-start": null }, "ACTIVE", admin);
  await sameTpm(4);
});

test("Barbican stopped: 503 with the reason at once, the server untouched, no storm of tries", async () => {
  const before = await view(first.id);
  await barbican.stop();
  await proxy.stop();
  const reason = "The key manager (Barbican) cannot be reached (ECONNREFUSED). Try again when it is back.";
  const hardReboot = async (): Promise<void> => {
    const answer = await act(first.id, { reboot: { type: "HARD" } });
    expect([answer.status, answer.body.serviceUnavailable?.message]).toEqual([503, reason]);
  };
  const atOnce = timeoutSeconds * 1_000;
  expect(await milliseconds(hardReboot)).toBeLessThan(atOnce);
  expect(await milliseconds(() => Promise.all(Array.from({ length: 20 }, hardReboot)))).toBeLessThan(atOnce);
  const create = await ask();
  expect([create.status, create.body.serviceUnavailable?.message]).toEqual([503, reason]);
  // Something listens, and Barbican behind it does not answer: each request is tried twice at most.
  await proxy.start();
  const { length } = proxy.requests;
  const broken = await Promise.all(
    Array.from({ length: 10 }, () => act(first.id, { reboot: { type: "HARD" } })),
  );
  expect(new Set(broken.map((answer) => answer.status))).toEqual(new Set([503]));
  expect(proxy.requests.length - length).toBeGreaterThanOrEqual(10);
  expect(proxy.requests.length - length).toBeLessThanOrEqual(20);
  expect((await cloud().demo.send("GET", servers)).body.servers).toHaveLength(1);
  expect(await view(first.id)).toEqual(before);
  // What needs no passphrase goes on.
  await accepted(first.id, { pause: null }, "PAUSED");
  await accepted(first.id, { unpause: null }, "ACTIVE");
  await barbican.start();
  await accepted(first.id, { reboot: { type: "HARD" } }, "ACTIVE");
  await sameTpm(5);
});

test("Barbican slow: 504 in bounded time, and nothing is left waiting when the client leaves", async () => {
  const before = await view(first.id);
  proxy.delayMs = patienceMs;
  const { length } = proxy.requests;
  const took = await milliseconds(async () => {
    const answer = await act(first.id, { reboot: { type: "HARD" } });
    expect([answer.status, answer.body.computeFault?.message]).toEqual([
      504,
      "The key manager (Barbican) takes too long to answer. Try again later.",
    ]);
  });
  expect(took).toBeLessThan(patienceMs / 2);
  expect(proxy.requests.length - length).toBe(1);
  const { left } = proxy;
  const leaving = new AbortController();
  const asked = fetch(`${cloud().url}${servers}/${first.id}/action`, {
    method: "POST",
    headers: { "x-auth-token": cloud().demo.token, "content-type": "application/json" },
    body: JSON.stringify({ reboot: { type: "HARD" } }),
    signal: leaving.signal,
  });
  const failed = expect(asked).rejects.toThrow();
  await eventually(async () => (proxy.requests.length - length >= 2 ? true : undefined), patienceMs);
  leaving.abort();
  await failed;
  await eventually(async () => (proxy.left > left ? true : undefined), patienceMs);
  proxy.delayMs = 0;
  expect(await view(first.id)).toEqual(before);
});

test("delete takes the secret along", async () => {
  expect((await cloud().demo.send("DELETE", `${servers}/${first.id}`)).status).toBe(204);
  await gone(first.id);
  expect((await keyManager("GET", `/v1/secrets/${first.secretId}`)).status).toBe(404);
  expect(await orphans()).toBe("No TPM passphrase was left behind.\n");
});

test("a secret that was deleted behind our back is named, and the TPM's state is kept", async () => {
  const { id, secretId } = await made();
  await booted(id, 1);
  await accepted(id, { "os-stop": null }, "SHUTOFF");
  expect((await keyManager("DELETE", `/v1/secrets/${secretId}`)).status).toBe(204);
  const before = await view(id);
  const answer = await act(id, { "os-start": null });
  expect([answer.status, answer.body.conflictingRequest?.message]).toEqual([
    409,
    `The TPM passphrase of server ${id} (secret ${secretId}) is no longer in the key manager. The TPM's state is kept, but it cannot be opened without that secret.`,
  ]);
  expect(await view(id)).toEqual(before);
  await access(`/var/lib/libvirt/swtpm/${id}/tpm2/tpm2-00.permall`);
  expect((await cloud().demo.send("DELETE", `${servers}/${id}`)).status).toBe(204);
  await gone(id);
});

test("an administrator of another project deletes the server; the secret is an orphan until somebody who may comes", async () => {
  const { id, secretId } = await made();
  expect((await cloud().admin.send("DELETE", `${servers}/${id}`)).status).toBe(204);
  await gone(id);
  const line = (await orphans()).split("\n").find((each) => each.startsWith(secretId));
  expect(line).toContain(`vTPM secret for instance ${id}`);
  expect(line).toContain(cloud().demo.projectId);
  expect(line).toContain("Secret deletion attempt not allowed");
  expect((await keyManager("GET", `/v1/secrets/${secretId}`)).status).toBe(200);
  expect(await shell("demo", "openstack server list -f value")).toBe("");
  await eventually(
    async () => ((await orphans()).startsWith("No TPM passphrase") ? true : undefined),
    patienceMs,
  );
  expect((await keyManager("GET", `/v1/secrets/${secretId}`)).status).toBe(404);
});

test("mode deployment: the passphrase is the secret of the cloud's own user, whoever asks for what", async () => {
  const { admin } = cloud();
  const added = await admin.send("POST", "/compute/v2.1/flavors", {
    flavor: { name: "vtpm.deployment", ram: 256, vcpus: 1, disk: 1 },
  });
  const flavorId = added.body.flavor.id as string;
  await admin.send("POST", `/compute/v2.1/flavors/${flavorId}/os-extra_specs`, {
    extra_specs: { "hw:tpm_version": "2.0", "hw:tpm_secret_security": "deployment" },
  });
  const refused = await ask(flavorId);
  expect(refused.status).toBe(403);
  expect(refused.body.forbidden.message).toContain(
    "by Barbican's defaults the roles creator and admin for the cloud's own user on its project",
  );
  const nova = (await admin.send("GET", "/identity/v3/users?name=nova")).body.users[0].id as string;
  const serviceId = await projectIdOf(admin, "service");
  // As that user's token is kept by Barbican's middleware for a while, so are its roles.
  await roleGrant(admin, nova, serviceId, "creator");
  await barbican.stop();
  await barbican.start();
  const { body } = await ask(flavorId);
  const id = body.server.id as string;
  await status(id, "ACTIVE");
  const before = await booted(id, 1);
  expect((await keyManager("GET", "/v1/secrets")).body.secrets).toEqual([]);
  const shown = (await admin.send("GET", `${servers}/${id}/sealstone:tpm`)).body["sealstone:tpm"];
  const secretId = shown.secret_id as string;
  expect((await keyManager("GET", `/v1/secrets/${secretId}`)).status).toBe(403);
  await accepted(id, { reboot: { type: "HARD" } }, "ACTIVE", admin);
  const after = await booted(id, 2);
  expect([after.ekSha256, after.secret]).toEqual([
    before.ekSha256,
    { state: "unsealed", value: before.secret?.value },
  ]);
  expect((await admin.send("DELETE", `${servers}/${id}`)).status).toBe(204);
  await gone(id);
  expect((await keyManager("GET", `/v1/secrets/${secretId}`)).status).toBe(404);
  expect(await orphans()).toBe("No TPM passphrase was left behind.\n");
});

test("kill -9 between Barbican's store and the server's row: the secret is found by its name", async () => {
  proxy.withhold = (method) => method === "POST";
  const { withheld } = proxy;
  const asked = ask().catch(() => undefined);
  await eventually(async () => (proxy.withheld > withheld ? true : undefined), patienceMs);
  await cloud().kill();
  await asked;
  proxy.withhold = undefined;
  await cloud().start();
  const line = await eventually(
    async () => (await orphans()).split("\n").find((each) => each.includes("vTPM secret for instance")),
    patienceMs,
  );
  expect(line).toMatch(/^not known /);
  const { secrets } = (await keyManager("GET", "/v1/secrets")).body;
  expect(line).toContain((secrets as { name: string }[])[0]?.name);
  expect((await cloud().demo.send("GET", servers)).body.servers).toEqual([]);
  await eventually(
    async () => ((await orphans()).startsWith("No TPM passphrase") ? true : undefined),
    patienceMs,
  );
  expect((await keyManager("GET", "/v1/secrets")).body.secrets).toEqual([]);
});

test("kill -9 while the secret is deleted: the deletion goes on with the sealed token", async () => {
  const { id, secretId } = await made();
  // Before Barbican hears of it.
  proxy.delayMs = patienceMs;
  const { length } = proxy.requests;
  expect((await cloud().demo.send("DELETE", `${servers}/${id}`)).status).toBe(204);
  await eventually(async () => (proxy.requests.length > length ? true : undefined), patienceMs);
  await cloud().kill();
  const { statePath } = cloud();
  expect(await bytesFind([statePath], [Buffer.from(cloud().demo.token)])).toEqual([]);
  proxy.delayMs = 0;
  await cloud().start();
  await gone(id);
  expect((await keyManager("GET", `/v1/secrets/${secretId}`)).status).toBe(404);
  expect(await orphans()).toBe("No TPM passphrase was left behind.\n");
});
