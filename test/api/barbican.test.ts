import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { BarbicanOptions } from "#barbican/index.ts";
import { barbicanStandIn, type BarbicanStandIn } from "#barbican/testing/barbican-stand-in.ts";
import { cloudClient } from "../../src/main/cloud-client.ts";
import { passphraseOrphansText } from "../../src/main/commands/passphrase-orphans.ts";
import { eventually, imageMake, type Answer, type Client } from "../kit/client.ts";
import { serverKit } from "../kit/servers.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

let barbican: BarbicanStandIn;
let cloud: TestCloud;
let image: string;
let options: BarbicanOptions;
const { create, settled, remove } = serverKit(() => cloud);
const servers = "/compute/v2.1/servers";
const orphansPath = "/compute/v2.1/sealstone-passphrase-orphans";

beforeAll(async () => {
  barbican = await barbicanStandIn();
  options = {
    endpoint: barbican.url,
    endpointType: "public",
    regionName: undefined,
    sendServiceToken: false,
    ca: undefined,
    verifySsl: true,
    timeoutMs: 30_000,
    retries: 1,
    retryDelayMs: 10,
  };
  cloud = await startTestCloud();
  image = await imageMake(cloud.demo);
});
afterEach(() => {
  barbican.interfere = () => undefined;
});
afterAll(async () => {
  await cloud.stop();
  await barbican.stop();
});

async function vtpmFlavor(): Promise<string> {
  const { flavors } = (await cloud.demo.send("GET", "/compute/v2.1/flavors")).body;
  return (flavors as { id: string; name: string }[]).find(({ name }) => name === "vtpm.small")?.id ?? "";
}

async function ask(client: Client = cloud.demo): Promise<Answer> {
  return create(client, image, { server: { flavorRef: await vtpmFlavor() } });
}

/** A server with a vTPM, off, and the id of its secret. */
async function made(): Promise<{ readonly id: string; readonly secretId: string }> {
  const { status, body } = await ask();
  expect(status, JSON.stringify(body)).toBe(202);
  const { id } = body.server;
  expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
  expect(await act(id, "os-stop")).toMatchObject({ status: 202 });
  expect(await settled(id)).toMatchObject({ status: "SHUTOFF" });
  const name = `vTPM secret for instance ${id}`;
  return { id, secretId: [...barbican.secrets].find(([, secret]) => secret.name === name)?.[0] ?? "" };
}

const act = (id: string, action: string, client = cloud.demo): Promise<Answer> =>
  client.send("POST", `${servers}/${id}/action`, { [action]: null });

const orphans = async () =>
  (await cloud.admin.send("GET", orphansPath)).body.passphrase_orphans as {
    server_id: string;
    secret_id: string | null;
    secret_name: string;
    project_id: string;
    reason: string;
  }[];

const listed = (client: Client): Promise<Answer> => client.send("GET", servers);

/** What the host was told and what became of the server, for requests that are to change nothing. */
async function untouched(id: string, request: () => Promise<Answer>): Promise<Answer> {
  const look = async () => (await cloud.demo.send("GET", `${servers}/${id}`, undefined, "2.96")).body.server;
  const [before, calls] = [await look(), cloud.host.calls.length];
  const answer = await request();
  expect(await look()).toEqual(before);
  expect(cloud.host.calls.length).toBe(calls);
  return answer;
}

test("a cloud goes over to an external Barbican; what was in the embedded key manager stays usable", async () => {
  const old = (await ask()).body.server.id as string;
  expect(await settled(old)).toMatchObject({ status: "ACTIVE" });
  await cloud.restart({ barbican: options });
  // Hosts speak to the control plane of this process by the same bus.
  await cloud.host.register();
  expect((await act(old, "os-stop")).status).toBe(202);
  await settled(old);
  expect((await act(old, "os-start")).status).toBe(202);
  expect(await settled(old)).toMatchObject({ status: "ACTIVE" });
  await remove(old);
  expect((await cloud.demo.send("GET", "/key-manager/v1/secrets")).body.secrets).toEqual([]);
  expect(barbican.requests).toEqual([]);
  const { catalog } = (await cloud.demo.send("GET", "/identity/v3/auth/catalog")).body;
  const [keyManager] = (catalog as { type: string; endpoints: { url: string }[] }[]).filter(
    ({ type }) => type === "key-manager",
  );
  expect(new Set(keyManager?.endpoints.map(({ url }) => url))).toEqual(new Set([barbican.url]));
});

test("a vTPM server's passphrase is stored, read and deleted with the token of whoever asks", async () => {
  const from = barbican.requests.length;
  const { id, secretId } = await made();
  const secret = barbican.secrets.get(secretId);
  expect(secret).toMatchObject({ contentType: "application/octet-stream", token: cloud.demo.token });
  expect(cloud.host.servers.get(id)?.tpm).toBe(secret?.payload.toString("latin1"));
  expect((await act(id, "os-start")).status).toBe(202);
  expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
  const path = `/v1/secrets/${secretId}`;
  const { token } = cloud.demo;
  expect((await cloud.demo.send("DELETE", `${servers}/${id}`)).status).toBe(204);
  expect(await settled(id)).toEqual({ gone: true });
  expect(barbican.requests.slice(from)).toEqual([
    { method: "POST", path: "/v1/secrets", token },
    { method: "GET", path: `${path}/payload`, token },
    { method: "DELETE", path, token },
  ]);
  expect(barbican.secrets.size).toBe(0);
  expect(await orphans()).toEqual([]);
  const { audit_events: events } = (await cloud.admin.send("GET", `/sealstone/v1/audit?server=${id}`)).body;
  const told = (events as { event: string; result: string; secret_id: string }[]).map(
    ({ event, result, secret_id: secretOf }) => `${event} ${result} ${secretOf === secretId}`,
  );
  expect(told).toEqual([
    "deleted success true",
    "sealed success true",
    "read success true",
    "sealed success true",
    "sealed success true",
    "created success true",
  ]);
});

test("mode deployment: stored, read and deleted as the cloud, whoever asks", async () => {
  const specs = { "hw:tpm_version": "2.0", "hw:tpm_secret_security": "deployment" };
  const { flavor } = (
    await cloud.admin.send("POST", "/compute/v2.1/flavors", {
      flavor: { name: "deployment", ram: 64, vcpus: 1, disk: 1 },
    })
  ).body;
  await cloud.admin.send("POST", `/compute/v2.1/flavors/${flavor.id}/os-extra_specs`, {
    extra_specs: specs,
  });
  // The scripted host does not say that it carries the mode.
  const url = `${cloud.url}/placement/resource_providers/${cloud.host.hostId}/traits`;
  const headers = {
    "x-auth-token": cloud.admin.token,
    "openstack-api-version": "placement 1.6",
    "content-type": "application/json",
  };
  const { traits, ...generation } = (await (await fetch(url, { headers })).json()) as { traits: string[] };
  const all = [...traits, "COMPUTE_SECURITY_TPM_SECRET_SECURITY_DEPLOYMENT"];
  const changed = JSON.stringify({ ...generation, traits: all });
  expect((await fetch(url, { method: "PUT", headers, body: changed })).status).toBe(200);
  const from = barbican.requests.length;
  const { body } = await create(cloud.demo, image, { server: { flavorRef: flavor.id } });
  const { id } = body.server;
  expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
  const [[secretId, { token }] = ["", { token: "" }]] = barbican.secrets;
  expect([cloud.demo.token, cloud.admin.token]).not.toContain(token);
  const shown = await fetch(`${cloud.url}/identity/v3/auth/tokens`, {
    headers: { "x-auth-token": cloud.admin.token, "x-subject-token": token },
  });
  const { user, project } = ((await shown.json()) as { token: Record<string, { id: string; name: string }> })
    .token;
  expect([user?.name, project?.name]).toEqual(["nova", "service"]);
  const rebooted = await cloud.admin.send("POST", `${servers}/${id}/action`, { reboot: { type: "HARD" } });
  expect(rebooted.status).toBe(202);
  expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
  // Refused at first: nobody but the cloud itself comes for it, at its next round.
  barbican.interfere = ({ method }) => (method === "DELETE" ? 403 : undefined);
  await remove(id);
  expect(await orphans()).toMatchObject([{ secret_id: secretId, project_id: project?.id }]);
  await listed(cloud.demo);
  expect(new Set(barbican.requests.slice(from).map((request) => request.token))).toEqual(new Set([token]));
  barbican.interfere = () => undefined;
  await cloud.restart();
  await cloud.host.register();
  await eventually(async () => ((await orphans()).length === 0 ? true : undefined));
  expect(barbican.secrets.size).toBe(0);
});

test("a resize that replaces the TPM: its confirmation deletes the old passphrase with the token of who confirms", async () => {
  const { id, secretId } = await made();
  const { flavor } = (
    await cloud.admin.send("POST", "/compute/v2.1/flavors", {
      flavor: { name: "tis", ram: 256, vcpus: 1, disk: 1 },
    })
  ).body;
  const extra_specs = { "hw:tpm_version": "2.0", "hw:tpm_model": "tpm-tis" };
  await cloud.admin.send("POST", `/compute/v2.1/flavors/${flavor.id}/os-extra_specs`, { extra_specs });
  const resize = { flavorRef: flavor.id, "sealstone:tpm": "replace" };
  const asked = await cloud.demo.send("POST", `${servers}/${id}/action`, { resize });
  expect(asked.status, JSON.stringify(asked.body)).toBe(202);
  expect(await settled(id)).toMatchObject({ status: "VERIFY_RESIZE" });
  expect(barbican.secrets.size).toBe(2);
  expect((await act(id, "confirmResize")).status).toBe(204);
  expect(await settled(id)).toMatchObject({ status: "SHUTOFF" });
  expect([...barbican.secrets.keys()]).not.toContain(secretId);
  expect(barbican.secrets.size).toBe(1);
  expect(await orphans()).toEqual([]);
  await remove(id);
  // By the administrator, whom this Barbican does not refuse.
  expect(barbican.secrets.size).toBe(0);
});

test("Barbican stopped: 503 with the reason and an untouched server; a delete goes through, and its secret later", async () => {
  const { id, secretId } = await made();
  await barbican.stop();
  const unavailable = {
    status: 503,
    body: {
      serviceUnavailable: {
        code: 503,
        message: "The key manager (Barbican) cannot be reached (ECONNREFUSED). Try again when it is back.",
      },
    },
  };
  for (const action of ["os-start", "reboot"]) {
    const body = action === "reboot" ? { reboot: { type: "HARD" } } : { [action]: null };
    const answer = await untouched(id, () => cloud.demo.send("POST", `${servers}/${id}/action`, body));
    expect(answer).toMatchObject(unavailable);
  }
  expect(await ask()).toMatchObject(unavailable);
  await cloud.restart();
  await cloud.host.register();
  // Nothing was stored: nothing is looked for.
  expect(await orphans()).toEqual([]);
  await remove(id);
  expect(await orphans()).toMatchObject([
    {
      server_id: id,
      secret_id: secretId,
      project_id: cloud.demo.projectId,
      reason: unavailable.body.serviceUnavailable.message,
    },
  ]);
  expect(await passphraseOrphansText(await cloudClient(cloud.statePath, {}))).toMatch(
    new RegExp(`^SECRET +NAME +PROJECT +SINCE +REASON\n${secretId} +vTPM secret for instance ${id} +`),
  );
  await barbican.start();
  await listed(cloud.demo);
  await eventually(async () => ((await orphans()).length === 0 ? true : undefined));
  expect(barbican.secrets.size).toBe(0);
  expect(await passphraseOrphansText(await cloudClient(cloud.statePath, {}))).toBe(
    "No TPM passphrase was left behind.\n",
  );
});

test("a deletion that Barbican refuses: the server goes, the secret waits for somebody of its project", async () => {
  const { id, secretId } = await made();
  const deletions: string[] = [];
  barbican.interfere = ({ method, token }) => {
    if (method !== "DELETE") return undefined;
    deletions.push(token);
    return token === cloud.demo.token ? undefined : 403;
  };
  await remove(id);
  expect(await orphans()).toMatchObject([{ secret_id: secretId, reason: "Barbican says 403" }]);
  await listed(cloud.admin);
  const { audit_events: events } = (await cloud.admin.send("GET", `/sealstone/v1/audit?server=${id}`)).body;
  expect(events[0]).toMatchObject({ event: "deleted", result: "denied", reason: "Barbican says 403" });
  expect(deletions).toEqual([cloud.admin.token]);
  expect(barbican.secrets.has(secretId)).toBe(true);
  // A second token of the same user is refused as well, once: lists are many.
  const again = await cloud.client("demo", await passwordOfDemo(), "demo");
  await Promise.all([listed(again), listed(again)]);
  await eventually(async () => (deletions.length === 2 ? true : undefined));
  await listed(again);
  await listed(again);
  expect(deletions).toEqual([cloud.admin.token, again.token]);
  await cloud.restart();
  await cloud.host.register();
  await listed(cloud.demo);
  await eventually(async () => ((await orphans()).length === 0 ? true : undefined));
  expect(barbican.secrets.has(secretId)).toBe(false);
});

async function passwordOfDemo(): Promise<string> {
  const { readFile } = await import("node:fs/promises");
  return /OS_PASSWORD=(\S+)/.exec(await readFile(`${cloud.statePath}/openrc-demo`, "utf8"))?.[1] ?? "";
}

test("a process that dies between the store and the server's row leaves a secret that is found by its name", async () => {
  barbican.interfere = ({ method }) => (method === "POST" ? "lost" : undefined);
  const answer = await ask();
  expect(answer.status).toBe(503);
  expect(barbican.secrets.size).toBe(1);
  const [[, { name }] = ["", { name: "" }]] = barbican.secrets;
  barbican.interfere = () => undefined;
  await cloud.restart();
  await cloud.host.register();
  expect(await orphans()).toMatchObject([
    { server_id: name.split(" ").at(-1), secret_id: null, project_id: cloud.demo.projectId },
  ]);
  expect((await listed(cloud.demo)).body.servers).toEqual([]);
  await eventually(async () => ((await orphans()).length === 0 ? true : undefined));
  expect(barbican.secrets.size).toBe(0);
});

/** The image's secrets in Barbican. */
const imageSecrets = (): string[] =>
  [...barbican.secrets].flatMap(([id, { name }]) => (name.includes("for image") ? [id] : []));

const copyTpm = (id: string): Promise<Answer> =>
  cloud.demo.send(
    "POST",
    `${servers}/${id}/action`,
    { createImage: { name: "with TPM", "sealstone:tpm": "copy" } },
    "2.96",
  );

test("an image with the server's TPM: its passphrase goes with it, and one whose store's answer was lost is found by its name", async () => {
  const { id } = await made();
  const made1 = await copyTpm(id);
  expect(made1.status, JSON.stringify(made1.body)).toBe(202);
  await settled(id);
  const [secretId = ""] = imageSecrets();
  expect(barbican.secrets.get(secretId)?.token).toBe(cloud.demo.token);
  const imagePath = `/image/v2/images/${made1.body.image_id as string}`;
  expect((await cloud.demo.send("DELETE", imagePath)).status).toBe(204);
  // Whoever deleted the image, their token is not the compute service's: the secret waits for the project's next request.
  await eventually(async () => ((await orphans()).length === 1 ? true : undefined));
  expect(await orphans()).toMatchObject([
    { secret_id: secretId, secret_name: `vTPM secret for image ${made1.body.image_id as string}` },
  ]);
  await listed(cloud.demo);
  await eventually(async () => ((await orphans()).length === 0 ? true : undefined));
  expect(imageSecrets()).toEqual([]);

  barbican.interfere = ({ method }) => (method === "POST" ? "lost" : undefined);
  expect((await copyTpm(id)).status).toBe(503);
  expect(imageSecrets()).toHaveLength(1);
  barbican.interfere = () => undefined;
  await cloud.restart();
  await cloud.host.register();
  const [{ name } = { name: "" }] = [...barbican.secrets.values()].filter((one) =>
    one.name.includes("image"),
  );
  expect(await orphans()).toMatchObject([{ server_id: id, secret_id: null, secret_name: name }]);
  await listed(cloud.demo);
  await eventually(async () => ((await orphans()).length === 0 ? true : undefined));
  expect(imageSecrets()).toEqual([]);
  await remove(id);
});

test("an image with the server's TPM that cannot begin leaves no secret, and a client that leaves none either", async () => {
  const { id } = await made();
  // Both store a passphrase; one finds the server taken.
  const both = await Promise.all([copyTpm(id), copyTpm(id)]);
  expect(new Set(both.map(({ status }) => status))).toEqual(new Set([202, 409]));
  await settled(id);
  expect(imageSecrets()).toHaveLength(1);
  expect(await orphans()).toEqual([]);
  barbican.interfere = ({ method }) => (method === "POST" ? "hang" : undefined);
  const { left } = barbican;
  const gone = new AbortController();
  const asked = fetch(`${cloud.url}${servers}/${id}/action`, {
    method: "POST",
    headers: {
      "x-auth-token": cloud.demo.token,
      "content-type": "application/json",
      "openstack-api-version": "compute 2.96",
    },
    body: JSON.stringify({ createImage: { name: "left", "sealstone:tpm": "copy" } }),
    signal: gone.signal,
  });
  const failed = expect(asked).rejects.toThrow();
  await eventually(async () => (barbican.requests.at(-1)?.method === "POST" ? true : undefined));
  gone.abort();
  await failed;
  await eventually(async () => (barbican.left === left + 1 ? true : undefined));
  barbican.interfere = () => undefined;
  const images = (await cloud.demo.send("GET", "/image/v2/images?name=with%20TPM")).body.images;
  for (const each of images as { id: string }[])
    await cloud.demo.send("DELETE", `/image/v2/images/${each.id}`);
  await remove(id);
  await eventually(async () => {
    await listed(cloud.demo);
    return imageSecrets().length === 0 ? true : undefined;
  });
});

test("a secret that was deleted behind our back is named, and the TPM's state is kept", async () => {
  const { id, secretId } = await made();
  barbican.secrets.delete(secretId);
  const answer = await untouched(id, () => act(id, "os-start"));
  expect([answer.status, answer.body.conflictingRequest.message]).toEqual([
    409,
    `The TPM passphrase of server ${id} (secret ${secretId}) is no longer in the key manager. The TPM's state is kept, but it cannot be opened without that secret.`,
  ]);
  expect(cloud.host.servers.get(id)?.tpm).toBeDefined();
  await remove(id);
  expect(await orphans()).toEqual([]);
});

test("a client that leaves a slow Barbican takes its request along, and nothing is made", async () => {
  const { id } = await made();
  barbican.interfere = () => "hang";
  const { left } = barbican;
  const flavorRef = await vtpmFlavor();
  const requests = [
    [servers, { server: { name: "s", imageRef: image, flavorRef, networks: "none" } }],
    [`${servers}/${id}/action`, { "os-start": null }],
  ] as const;
  for (const [path, body] of requests) {
    const from = barbican.requests.length;
    const gone = new AbortController();
    const asked = fetch(cloud.url + path, {
      method: "POST",
      headers: {
        "x-auth-token": cloud.demo.token,
        "content-type": "application/json",
        "openstack-api-version": "compute 2.96",
      },
      body: JSON.stringify(body),
      signal: gone.signal,
    });
    const failed = expect(asked).rejects.toThrow();
    await eventually(async () => (barbican.requests.length > from ? true : undefined));
    gone.abort();
    await failed;
  }
  await eventually(async () => (barbican.left === left + 2 ? true : undefined));
  barbican.interfere = () => undefined;
  expect((await listed(cloud.demo)).body.servers).toMatchObject([{ id }]);
  await remove(id);
});
