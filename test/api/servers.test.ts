import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, imageMake, type Answer, type Client } from "../kit/client.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

let cloud: TestCloud;
let image: string;
const flavors: Record<string, string> = {};

beforeAll(async () => {
  cloud = await startTestCloud();
  image = await imageMake(cloud.demo);
  const list = await cloud.demo.send("GET", "/compute/v2.1/flavors");
  for (const { id, name } of list.body.flavors as { id: string; name: string }[]) flavors[name] = id;
});
afterAll(() => cloud.stop());

const servers = "/compute/v2.1/servers";

async function create(client: Client, server: object = {}): Promise<Answer> {
  const body = { name: "s", imageRef: image, flavorRef: flavors["vtpm.small"], networks: "none", ...server };
  return client.send("POST", servers, { server: body }, "2.37");
}

/** The server when it has left its task; undefined when it is gone. */
async function settled(id: string): Promise<Record<string, unknown> | undefined> {
  return eventually(async () => {
    const { status, body } = await cloud.admin.send("GET", `${servers}/${id}`, undefined, "2.96");
    if (status === 404) return { gone: true };
    return body.server["OS-EXT-STS:task_state"] === null
      ? (body.server as Record<string, unknown>)
      : undefined;
  });
}

async function made(client: Client = cloud.demo, server: object = {}): Promise<string> {
  const answer = await create(client, server);
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  expect(await settled(answer.body.server.id)).toMatchObject({ status: "ACTIVE" });
  return answer.body.server.id as string;
}

async function act(client: Client, id: string, body: object): Promise<Answer> {
  return client.send("POST", `${servers}/${id}/action`, body);
}

/** Everything that servers leave behind: empty when none is there. */
async function leftOvers(): Promise<unknown> {
  const secrets = await cloud.demo.send("GET", "/key-manager/v1/secrets");
  const provider = await cloud.admin.send(
    "GET",
    `/placement/resource_providers/${cloud.host.hostId}/allocations`,
  );
  return {
    host: [...cloud.host.servers.keys()],
    secrets: secrets.body.secrets,
    allocations: provider.body.allocations,
  };
}

const nothing = { host: [], secrets: [], allocations: {} };

async function remove(id: string): Promise<void> {
  expect((await cloud.demo.send("DELETE", `${servers}/${id}`)).status).toBe(204);
  expect(await settled(id)).toEqual({ gone: true });
}

test("a vTPM server's whole life: same passphrase every time, nothing left", async () => {
  const id = await made();
  const secrets = await cloud.demo.send("GET", "/key-manager/v1/secrets");
  expect(secrets.body.secrets).toMatchObject([
    { name: `vTPM secret for instance ${id}`, secret_type: "passphrase" },
  ]);
  for (const [action, status] of [
    [{ "os-stop": null }, "SHUTOFF"],
    [{ "os-start": null }, "ACTIVE"],
    [{ reboot: { type: "HARD" } }, "ACTIVE"],
    [{ reboot: { type: "SOFT" } }, "ACTIVE"],
    [{ pause: null }, "PAUSED"],
    [{ unpause: null }, "ACTIVE"],
    [{ suspend: null }, "SUSPENDED"],
    [{ resume: null }, "ACTIVE"],
  ] as const) {
    expect((await act(cloud.demo, id, action)).status).toBe(202);
    expect(await settled(id)).toMatchObject({ status });
  }
  expect(new Set(cloud.host.passphrases).size).toBe(1);
  expect(cloud.host.passphrases[0]).toHaveLength(512);
  const events = await cloud.demo.send("GET", `${servers}/${id}/os-instance-actions`);
  expect(events.body.instanceActions.map((event: { action: string }) => event.action).toReversed()).toEqual([
    "create",
    "stop",
    "start",
    "reboot",
    "reboot",
    "pause",
    "unpause",
    "suspend",
    "resume",
  ]);
  expect((await act(cloud.demo, id, { "os-getConsoleOutput": { length: 5 } })).body.output).toContain(
    "console",
  );
  await remove(id);
  expect(await leftOvers()).toEqual(nothing);
});

test.each([
  [{ "os-start": null }, "Cannot 'start' instance ID while it is in vm_state active"],
  [{ resume: null }, "Cannot 'resume' instance ID while it is in vm_state active"],
  [{ unpause: null }, "Cannot 'unpause' instance ID while it is in vm_state active"],
])("%j on a running server is Nova's 409", async (action, message) => {
  const id = await made(cloud.demo, { flavorRef: flavors["plain.small"] });
  const answer = await act(cloud.demo, id, action);
  expect(answer).toMatchObject({
    status: 409,
    body: { conflictingRequest: { message: message.replace("ID", id) } },
  });
  await remove(id);
});

test("who may not read the passphrase is refused at once and the server is untouched; delete works", async () => {
  const id = await made();
  const before = await cloud.admin.send("GET", `${servers}/${id}`);
  const calls = cloud.host.calls.length;
  const refused = await act(cloud.admin, id, { reboot: { type: "HARD" } });
  expect(refused.status).toBe(403);
  expect(refused.body.forbidden.message).toMatch(/secret [0-9a-f-]{36} .* acl user add/);
  await act(cloud.demo, id, { suspend: null });
  await settled(id);
  expect((await act(cloud.admin, id, { resume: null })).status).toBe(403);
  await act(cloud.demo, id, { resume: null });
  await settled(id);
  await act(cloud.admin, id, { "os-stop": null });
  expect(await settled(id)).toMatchObject({ status: "SHUTOFF" });
  expect((await act(cloud.admin, id, { "os-start": null })).status).toBe(403);
  expect((await cloud.admin.send("GET", `${servers}/${id}`)).body.server.id).toBe(before.body.server.id);
  expect(cloud.host.calls.slice(calls).filter((name) => name !== "serversInspect")).toEqual([
    "domainSuspend",
    "domainStart",
    "domainStop",
  ]);
  expect((await cloud.admin.send("DELETE", `${servers}/${id}`)).status).toBe(204);
  expect(await settled(id)).toEqual({ gone: true });
  expect(await leftOvers()).toEqual(nothing);
});

test("an owner whose secret is gone reads which one, and the TPM's state is kept", async () => {
  const id = await made();
  await act(cloud.demo, id, { "os-stop": null });
  await settled(id);
  const [{ secret_ref: ref }] = (await cloud.demo.send("GET", "/key-manager/v1/secrets")).body.secrets;
  await cloud.demo.send("DELETE", new URL(ref).pathname);
  const answer = await act(cloud.demo, id, { "os-start": null });
  expect(answer.status).toBe(409);
  expect(answer.body.conflictingRequest.message).toContain(ref.split("/").at(-1));
  expect(cloud.host.servers.get(id)?.tpm).toBeDefined();
  await remove(id);
});

test("contradictions of flavor and image are 400 in Nova's words, and nothing is created", async () => {
  const contrary = await imageMake(cloud.demo, { name: "i12", hw_tpm_version: "1.2" });
  const answer = await create(cloud.demo, { imageRef: contrary });
  expect(answer.status).toBe(400);
  expect(answer.body.badRequest.message).toBe(
    "Flavor vtpm.small has hw:tpm_version extra spec explicitly set to 2.0, conflicting with image i12 which has hw_tpm_version explicitly set to 1.2.",
  );
  for (const server of [
    { flavorRef: "nonsense" },
    { imageRef: "8a0b0f7c-90a1-4ae3-b1cf-8d2a2a5d9c11" },
    { key_name: "unknown" },
    { networks: [{ uuid: "8a0b0f7c-90a1-4ae3-b1cf-8d2a2a5d9c11" }] },
    { unknown_field: 1 },
    { name: "" },
  ]) {
    expect((await create(cloud.demo, server)).status, JSON.stringify(server)).toBe(400);
  }
  expect((await cloud.demo.send("GET", servers)).body.servers).toEqual([]);
  expect(await leftOvers()).toEqual(nothing);
});

test("from 2.37 on the networks must be said; below they need not", async () => {
  const server = { name: "s", imageRef: image, flavorRef: flavors["plain.small"] };
  expect((await cloud.demo.send("POST", servers, { server }, "2.37")).status).toBe(400);
  const old = await cloud.demo.send("POST", servers, { server });
  expect(old.status).toBe(202);
  await settled(old.body.server.id);
  await remove(old.body.server.id);
});

test("a step that fails for good unwinds everything; the server says why and can be deleted", async () => {
  cloud.host.failNext("domainStart", "conflict");
  const { body } = await create(cloud.demo);
  const server = await settled(body.server.id);
  expect(server).toMatchObject({ status: "ERROR", fault: { message: "domainStart fails by script" } });
  expect([...cloud.host.servers.keys()]).toEqual([]);
  const events = await cloud.demo.send("GET", `${servers}/${body.server.id}/os-instance-actions`);
  expect(events.body.instanceActions).toMatchObject([{ action: "create", message: "Error" }]);
  await remove(body.server.id);
  expect(await leftOvers()).toEqual(nothing);
});

test("a host that does not answer is asked again", async () => {
  cloud.host.failNext("tpmManufacture", "unavailable", 2);
  await remove(await made());
});

test("no host with the mode that is asked for: ERROR that names what was asked", async () => {
  const flavor = await cloud.admin.send("POST", "/compute/v2.1/flavors", {
    flavor: { name: "host-mode", ram: 256, vcpus: 1, disk: 1 },
  });
  const path = `/compute/v2.1/flavors/${flavor.body.flavor.id}/os-extra_specs`;
  await cloud.admin.send("POST", path, {
    extra_specs: { "hw:tpm_version": "2.0", "hw:tpm_secret_security": "host" },
  });
  const { body } = await create(cloud.demo, { flavorRef: flavor.body.flavor.id });
  const server = await settled(body.server.id);
  expect(server).toMatchObject({ status: "ERROR" });
  expect(JSON.stringify(server?.["fault"])).toContain("COMPUTE_SECURITY_TPM_SECRET_SECURITY_HOST");
  await remove(body.server.id);
  expect(await leftOvers()).toEqual(nothing);
});

test("a delete in the middle of a create waits for it, then leaves nothing", async () => {
  const release = cloud.host.hold("tpmManufacture");
  const before = cloud.host.calls.length;
  const { body } = await create(cloud.demo);
  await eventually(async () => (cloud.host.calls.includes("tpmManufacture", before) ? true : undefined));
  expect((await cloud.demo.send("DELETE", `${servers}/${body.server.id}`)).status).toBe(204);
  release();
  expect(await settled(body.server.id)).toEqual({ gone: true });
  expect(await leftOvers()).toEqual(nothing);
});

test("a create whose unwinding is stuck is undone when its host comes back", async () => {
  cloud.host.failNext("domainStart", "conflict");
  cloud.host.failNext("domainUndefine", "conflict");
  const { body } = await create(cloud.demo);
  const id = body.server.id as string;
  await eventually(async () => (cloud.host.calls.at(-1) === "domainUndefine" ? true : undefined));
  expect(cloud.host.servers.get(id)).toMatchObject({ domain: true });
  await cloud.host.register();
  expect(await settled(id)).toMatchObject({ status: "ERROR", fault: { code: 500 } });
  await eventually(async () => (cloud.host.servers.has(id) ? undefined : true));
  await remove(id);
  expect(await leftOvers()).toEqual(nothing);
});

test("two deletes at once are one", async () => {
  const id = await made();
  const answers = await Promise.all([1, 2, 3].map(() => cloud.demo.send("DELETE", `${servers}/${id}`)));
  for (const { status } of answers) expect([204, 404]).toContain(status);
  expect(await settled(id)).toEqual({ gone: true });
  expect(await leftOvers()).toEqual(nothing);
});

test("a hard reboot that loses its domain on the way ends in ERROR and can be tried again", async () => {
  const id = await made();
  cloud.host.failNext("domainDefine", "conflict");
  await act(cloud.demo, id, { reboot: { type: "HARD" } });
  expect(await settled(id)).toMatchObject({
    status: "ERROR",
    fault: { message: "domainDefine fails by script" },
  });
  expect(cloud.host.servers.get(id)?.tpm).toBeDefined();
  await act(cloud.demo, id, { reboot: { type: "HARD" } });
  expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
  await remove(id);
  expect(await leftOvers()).toEqual(nothing);
});

test("a name filter that would take a regular expression for ever is answered at once", async () => {
  const id = await made(cloud.demo, { name: "a".repeat(200), flavorRef: flavors["plain.small"] });
  const { body } = await cloud.demo.send("GET", `${servers}?name=${encodeURIComponent("^(a+)+b$")}`);
  expect(body.servers).toEqual([]);
  expect((await cloud.demo.send("GET", `${servers}?name=aaa`)).body.servers).toMatchObject([{ id }]);
  await remove(id);
});

test("a server of another project does not exist for members", async () => {
  const id = await made(cloud.admin, {
    flavorRef: flavors["plain.small"],
    imageRef: await imageMake(cloud.admin),
  });
  expect((await cloud.demo.send("GET", `${servers}/${id}`)).status).toBe(404);
  expect((await cloud.demo.send("DELETE", `${servers}/${id}`)).status).toBe(404);
  expect((await act(cloud.demo, id, { "os-stop": null })).status).toBe(404);
  expect((await cloud.demo.send("GET", `${servers}/detail?all_tenants=1`)).status).toBe(403);
  expect((await cloud.admin.send("DELETE", `${servers}/${id}`)).status).toBe(204);
  expect(await settled(id)).toEqual({ gone: true });
});

test("pages follow their next link to the end", async () => {
  const ids = [];
  for (let index = 0; index < 3; index += 1)
    ids.push(await made(cloud.demo, { name: `p${index}`, flavorRef: flavors["plain.small"] }));
  const seen: string[] = [];
  let next: string | undefined = `${servers}?limit=2`;
  while (next !== undefined) {
    const { body } = await cloud.demo.send("GET", next);
    seen.push(...(body.servers as { id: string }[]).map(({ id }) => id));
    const href: string | undefined = body.servers_links?.[0].href;
    next = href?.slice(cloud.url.length);
  }
  expect(seen).toEqual(ids.toReversed());
  for (const id of ids) await remove(id);
});

test("state survives a restart of the control plane, and a saga in the middle goes on", async () => {
  const id = await made();
  const release = cloud.host.hold("domainStop");
  await act(cloud.demo, id, { "os-stop": null });
  await eventually(async () => (cloud.host.calls.at(-1) === "domainStop" ? true : undefined));
  const restarted = cloud.restart();
  release();
  await restarted;
  expect(await settled(id)).toMatchObject({ status: "SHUTOFF" });
  await remove(id);
  expect(await leftOvers()).toEqual(nothing);
});
