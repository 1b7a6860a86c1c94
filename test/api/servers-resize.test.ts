import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { eventually, imageMake, type Answer, type Client } from "../kit/client.ts";
import { serverKit } from "../kit/servers.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

const version = "2.96";
const tpm20 = { "hw:tpm_version": "2.0", "hw:tpm_model": "tpm-crb" };

let cloud: TestCloud;
let image: string;
const flavors: Record<string, string> = {};
const { settled, create, remove } = serverKit(() => cloud);

beforeAll(async () => {
  cloud = await startTestCloud();
  image = await imageMake(cloud.demo);
  await cloud.admin.send("PUT", `/compute/v2.1/os-quota-sets/${cloud.demo.projectId}`, {
    quota_set: { cores: -1, ram: -1 },
  });
  const make = async (name: string, size: object, specs: object): Promise<void> => {
    const flavor = { name, vcpus: 1, ram: 256, disk: 1, ...size };
    const { id } = (await cloud.admin.send("POST", "/compute/v2.1/flavors", { flavor })).body.flavor;
    await cloud.admin.send("POST", `/compute/v2.1/flavors/${id}/os-extra_specs`, { extra_specs: specs });
    flavors[name] = id;
  };
  await make("small", {}, {});
  await make("large", { vcpus: 2, ram: 512, disk: 3 }, {});
  await make("huge", { vcpus: 4, ram: 4_096, disk: 3 }, {});
  await make("diskless", { disk: 0 }, {});
  await make("tpm.small", {}, tpm20);
  await make("tpm.large", { vcpus: 2, ram: 512, disk: 3 }, tpm20);
  await make("tpm.tis", { disk: 2 }, { ...tpm20, "hw:tpm_model": "tpm-tis" });
  await make("tpm.deployment", { disk: 2 }, { ...tpm20, "hw:tpm_secret_security": "deployment" });
  await make("tpm.host", { disk: 2 }, { ...tpm20, "hw:tpm_secret_security": "host" });
});
afterAll(() => cloud.stop());
const ids: string[] = [];
afterEach(async () => {
  for (const id of ids.splice(0)) await remove(id);
  expect(cloud.host.servers.size).toBe(0);
  // On a busy machine these tests take longer than a host may be silent.
  await cloud.host.register();
});

const pathOf = (id: string): string => `/compute/v2.1/servers/${id}`;

async function made(flavor: string): Promise<string> {
  const flavorRef = flavors[flavor] ?? "";
  const { body, status } = await create(cloud.demo, image, { server: { flavorRef } });
  expect(status, JSON.stringify(body)).toBe(202);
  ids.push(body.server.id);
  expect(await settled(body.server.id)).toMatchObject({ status: "ACTIVE" });
  return body.server.id as string;
}

function act(id: string, body: object, client: Client = cloud.demo): Promise<Answer> {
  return client.send("POST", `${pathOf(id)}/action`, body, version);
}

function resize(id: string, flavor: string, more: object = {}): Promise<Answer> {
  return act(id, { resize: { flavorRef: flavors[flavor] ?? flavor, ...more } });
}

async function resized(id: string, flavor: string, more: object = {}): Promise<Record<string, unknown>> {
  const answer = await resize(id, flavor, more);
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  expect(answer.body).toBe("");
  const server = await settled(id);
  expect(server, await failureOf(id)).toMatchObject({ status: "VERIFY_RESIZE" });
  return server;
}

/** Why the newest action failed. */
async function failureOf(id: string): Promise<string> {
  const [newest] = (await actionsOf(id)) as { readonly request_id: string }[];
  const path = `${pathOf(id)}/os-instance-actions/${newest?.request_id}`;
  const { body } = await cloud.admin.send("GET", path, undefined, version);
  return String(body.instanceAction.events[0].details);
}

async function actionsOf(id: string): Promise<object[]> {
  const { body } = await cloud.admin.send("GET", `${pathOf(id)}/os-instance-actions`, undefined, version);
  return body.instanceActions as object[];
}

async function allocated(id: string): Promise<object> {
  const { body } = await cloud.admin.send("GET", `/placement/allocations/${id}`);
  return Object.values(body.allocations as Record<string, { resources: object }>)[0]?.resources ?? {};
}

async function used(): Promise<object> {
  const path = `/compute/v2.1/os-quota-sets/${cloud.demo.projectId}/detail`;
  const { cores, ram } = (await cloud.admin.send("GET", path)).body.quota_set;
  return { cores: cores.in_use, ram: ram.in_use };
}

/** Ids of the passphrases that the key manager has. */
async function secrets(): Promise<string[]> {
  const { body } = await cloud.demo.send("GET", "/key-manager/v1/secrets");
  const refs = (body.secrets as { secret_ref: string }[]).map(({ secret_ref: ref }) => ref.split("/").at(-1));
  return refs.map(String).toSorted();
}

const small = { VCPU: 1, MEMORY_MB: 256, DISK_GB: 1 };
const large = { VCPU: 2, MEMORY_MB: 512, DISK_GB: 3 };
const both = { VCPU: 2, MEMORY_MB: 512, DISK_GB: 4 };

test("a running server is resized: both sides are held until it is confirmed", async () => {
  const id = await made("small");
  const calls = cloud.host.calls.length;
  const server = await resized(id, "large");
  expect(cloud.host.calls.slice(calls)).toEqual(["domainStop", "disksResize", "domainDefine", "domainStart"]);
  expect(server["flavor"]).toMatchObject({ original_name: "large", vcpus: 2, ram: 512, disk: 3 });
  expect(server).toMatchObject({ "OS-EXT-STS:vm_state": "resized", "OS-EXT-STS:power_state": 1 });
  expect(await allocated(id)).toEqual(both);
  expect(await used()).toEqual({ cores: 2, ram: 512 });
  expect(cloud.host.servers.get(id)).toMatchObject({ oldDisk: true, powerState: "running" });
  const confirmed = await act(id, { confirmResize: null });
  expect([confirmed.status, confirmed.body]).toEqual([204, ""]);
  expect(await settled(id)).toMatchObject({ status: "ACTIVE", flavor: { original_name: "large" } });
  expect(await allocated(id)).toEqual(large);
  expect(cloud.host.servers.get(id)?.oldDisk).toBeUndefined();
  expect(await actionsOf(id)).toMatchObject([
    { action: "confirmResize", message: null },
    { action: "resize", message: null },
    { action: "create" },
  ]);
});

test("a revert brings flavor, disk, allocation and quota back, and starts the server", async () => {
  const id = await made("small");
  await resized(id, "large", { "OS-DCF:diskConfig": "AUTO" });
  const release = cloud.host.hold("disksResizeEnd");
  expect((await act(id, { revertResize: null })).status).toBe(202);
  expect((await cloud.demo.send("GET", pathOf(id))).body.server.status).toBe("REVERT_RESIZE");
  release();
  const server = await settled(id);
  expect(server).toMatchObject({ status: "ACTIVE", flavor: { original_name: "small" } });
  // As in Nova what was said of the disk's partitions stays.
  expect(server["OS-DCF:diskConfig"]).toBe("AUTO");
  expect(await allocated(id)).toEqual(small);
  expect(await used()).toEqual({ cores: 1, ram: 256 });
  expect(cloud.host.servers.get(id)).toMatchObject({ powerState: "running" });
});

test.each(["confirmResize", "revertResize"])("a stopped server stays off, after %s too", async (end) => {
  const id = await made("tpm.small");
  await act(id, { "os-stop": null });
  await settled(id);
  const { passphrases } = cloud.host;
  const before = passphrases.length;
  expect(await resized(id, "tpm.large")).toMatchObject({ "OS-EXT-STS:power_state": 4 });
  await act(id, { [end]: null });
  expect(await settled(id)).toMatchObject({ status: "SHUTOFF" });
  expect(cloud.host.servers.get(id)?.powerState).toBe("shutdown");
  expect(passphrases.length).toBe(before);
});

test("what Nova refuses is refused with its words, and nothing is changed", async () => {
  const id = await made("large");
  const refused = async (answer: Promise<Answer>): Promise<unknown[]> => {
    const { status, body } = await answer;
    return [status, Object.values(body as Record<string, { message: string }>)[0]?.message];
  };
  expect(await refused(resize(id, "large"))).toEqual([400, "When resizing, instances must change flavor!"]);
  expect(await refused(resize(id, "none"))).toEqual([400, "Flavor none could not be found."]);
  expect(await refused(resize(id, "diskless"))).toEqual([
    400,
    "Server disk was unable to be resized because: Resize to zero disk flavor is not allowed.",
  ]);
  expect(await refused(resize(id, "small"))).toEqual([
    400,
    expect.stringMatching(/^Server disk was unable to be resized because: Unable to resize disk down/),
  ]);
  for (const end of ["confirmResize", "revertResize"]) {
    expect(await refused(act(id, { [end]: null }))).toEqual([
      409,
      `Cannot '${end}' instance ${id} while it is in vm_state active`,
    ]);
  }
  const admin = (body: object): Promise<Answer> => act(id, body, cloud.admin);
  await act(id, { lock: null });
  expect((await resize(id, "huge"))?.status).toBe(409);
  expect((await admin({ unlock: null })).status).toBe(202);
  expect((await cloud.demo.send("GET", pathOf(id), undefined, version)).body.server).toMatchObject({
    status: "ACTIVE",
    flavor: { original_name: "large" },
  });
  expect(await allocated(id)).toEqual(large);
});

test("no valid host: the resize is accepted, its action fails, and the server is what it was", async () => {
  const id = await made("small");
  expect((await resize(id, "huge")).status).toBe(202);
  expect(await settled(id)).toMatchObject({ status: "ACTIVE", flavor: { original_name: "small" } });
  expect(await allocated(id)).toEqual(small);
  expect(await used()).toEqual({ cores: 1, ram: 256 });
  expect(await actionsOf(id)).toMatchObject([{ action: "resize", message: "Error" }, {}]);
  expect(await failureOf(id)).toMatch(/^No valid host was found\. /);
});

test.each(["disksResize", "domainDefine", "domainStart"] as const)(
  "when %s fails, everything is taken back and the server runs as before",
  async (command) => {
    const id = await made("tpm.small");
    cloud.host.failNext(command, "conflict");
    await resize(id, "tpm.large");
    expect(await settled(id)).toMatchObject({ status: "ACTIVE", flavor: { original_name: "tpm.small" } });
    expect(await allocated(id)).toEqual(small);
    expect(cloud.host.servers.get(id)).toMatchObject({ powerState: "running", disks: true });
    expect(cloud.host.servers.get(id)?.oldDisk).toBeUndefined();
    expect((await resize(id, "tpm.large")).status).toBe(202);
    expect(await settled(id)).toMatchObject({ status: "VERIFY_RESIZE" });
  },
);

test("of two resizes at once only one takes the last of the quota", async () => {
  const [first, second] = [await made("small"), await made("small")];
  const path = `/compute/v2.1/os-quota-sets/${cloud.demo.projectId}`;
  const set = (cores: number) => cloud.admin.send("PUT", path, { quota_set: { cores, force: true } });
  await set(3);
  const answers = await Promise.all([resize(first, "large"), resize(second, "large")]);
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([202, 403]);
  const refused = answers.find(({ status }) => status === 403);
  expect(refused?.body.forbidden.message).toBe(
    "Quota exceeded for cores: Requested 1, but already used 3 of 3 cores",
  );
  await settled(first);
  await settled(second);
  await set(-1);
});

test("the same TPM with the same passphrase goes along, and no passphrase leaves the key manager", async () => {
  const id = await made("tpm.small");
  const tpm = cloud.host.servers.get(id)?.tpm;
  const before = await secrets();
  await resized(id, "tpm.large");
  expect(cloud.host.servers.get(id)?.tpm).toBe(tpm);
  await act(id, { confirmResize: null });
  await settled(id);
  expect(cloud.host.servers.get(id)?.tpm).toBe(tpm);
  expect(await secrets()).toEqual(before);
});

test.each([
  ["tpm.tis", 400, /TPM 2\.0 \(tpm-crb\).*TPM 2\.0 \(tpm-tis\)/],
  ["large", 400, /TPM 2\.0 \(tpm-crb\).*none/],
  ["tpm.deployment", 409, /'user'.*'deployment'/],
])(
  "a flavor that changes the TPM (%s) is refused unasked, naming both sides",
  async (flavor, status, message) => {
    const id = await made("tpm.small");
    const answer = await resize(id, flavor);
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.body)).toMatch(message);
    expect((await settled(id))["status"]).toBe("ACTIVE");
  },
);

test("a mode that the host does not have is no valid host", async () => {
  const id = await made("tpm.small");
  expect((await resize(id, "tpm.host")).status).toBe(202);
  expect((await settled(id))["status"]).toBe("ACTIVE");
  expect(await secrets()).toHaveLength(1);
});

test.each([
  ["tpm.tis", "another TPM"],
  ["tpm.large", "a new TPM of the same kind"],
  ["large", "none"],
])("asked to replace it, a resize to %s gives %s, and a revert brings the old one back", async (flavor) => {
  const id = await made("tpm.small");
  const tpm = cloud.host.servers.get(id)?.tpm;
  const [secret] = await secrets();
  const replace = { "sealstone:tpm": "replace" };
  await resized(id, flavor, replace);
  const now = cloud.host.servers.get(id);
  expect(now?.oldTpm).toBe(tpm);
  expect(now?.tpm).not.toBe(tpm);
  expect(now?.tpm === undefined).toBe(flavor === "large");
  expect(await secrets()).toContain(secret);
  await act(id, { revertResize: null });
  expect(await settled(id)).toMatchObject({ status: "ACTIVE", flavor: { original_name: "tpm.small" } });
  expect(cloud.host.servers.get(id)).toMatchObject({ tpm, powerState: "running" });
  expect(await secrets()).toEqual([secret]);
  // And for good: the old one goes with its passphrase.
  await resized(id, flavor, replace);
  await act(id, { confirmResize: null });
  expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
  expect(cloud.host.servers.get(id)?.oldTpm).toBeUndefined();
  expect(await secrets()).toHaveLength(flavor === "large" ? 0 : 1);
  expect(await secrets()).not.toContain(secret);
});

test.each(["confirmResize", "revertResize"])("a server without a TPM gets one; %s", async (end) => {
  const id = await made("small");
  await resized(id, "tpm.large");
  expect(cloud.host.servers.get(id)?.tpm).toBeDefined();
  expect(await secrets()).toHaveLength(1);
  await act(id, { [end]: null });
  expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
  expect(cloud.host.servers.get(id)?.tpm === undefined).toBe(end === "revertResize");
  expect(await secrets()).toHaveLength(end === "revertResize" ? 0 : 1);
});

test("a resize that fails after the TPM was replaced starts the server with the old one", async () => {
  const id = await made("tpm.small");
  const tpm = cloud.host.servers.get(id)?.tpm;
  const before = await secrets();
  cloud.host.failNext("domainStart", "conflict");
  await resize(id, "tpm.tis", { "sealstone:tpm": "replace" });
  expect(await settled(id)).toMatchObject({ status: "ACTIVE", flavor: { original_name: "tpm.small" } });
  expect(cloud.host.servers.get(id)).toMatchObject({ tpm, powerState: "running" });
  expect(cloud.host.servers.get(id)?.oldTpm).toBeUndefined();
  expect(await secrets()).toEqual(before);
});

test("who may not read the passphrase is refused before anything changes, and may resize what is off", async () => {
  const id = await made("tpm.small");
  const [secret] = await secrets();
  const acl = (projectAccess: boolean): Promise<Answer> =>
    cloud.demo.send("PUT", `/key-manager/v1/secrets/${secret}/acl`, {
      read: { users: [], "project-access": projectAccess },
    });
  expect((await acl(false)).status).toBe(200);
  const asked = (body: object): Promise<Answer> => act(id, body, cloud.admin);
  const calls = cloud.host.calls.length;
  const refused = await asked({ resize: { flavorRef: flavors["tpm.large"] } });
  expect(refused.status).toBe(403);
  expect(refused.body.forbidden.message).toMatch(new RegExp(`secret ${secret}`));
  expect(cloud.host.calls.length).toBe(calls);
  await resized(id, "tpm.large");
  expect((await asked({ revertResize: null })).status).toBe(403);
  expect(await settled(id)).toMatchObject({ status: "VERIFY_RESIZE" });
  expect((await asked({ confirmResize: null })).status).toBe(204);
  expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
});

test("a resized server is deleted with everything that is kept of it", async () => {
  const id = await made("tpm.small");
  await resized(id, "tpm.tis", { "sealstone:tpm": "replace" });
  expect(await secrets()).toHaveLength(2);
  ids.splice(0);
  await remove(id);
  expect(await secrets()).toEqual([]);
  expect(cloud.host.servers.size).toBe(0);
  expect(await allocated(id)).toEqual({});
});

test("a confirmation that fails half-way is asked for again; a revert no longer is", async () => {
  const id = await made("tpm.small");
  await resized(id, "tpm.tis", { "sealstone:tpm": "replace" });
  cloud.host.failNext("tpmParkEnd", "conflict");
  expect((await act(id, { confirmResize: null })).status).toBe(204);
  expect(await settled(id)).toMatchObject({ status: "VERIFY_RESIZE" });
  expect((await act(id, { revertResize: null })).status).toBe(400);
  expect((await act(id, { confirmResize: null })).status).toBe(204);
  expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
});

test("a resize outlives a reset of the state: it can still be reverted, and no second one begins beside it", async () => {
  const id = await made("small");
  await resized(id, "large");
  await act(id, { "os-resetState": { state: "active" } }, cloud.admin);
  expect((await resize(id, "huge")).status).toBe(409);
  expect((await act(id, { revertResize: null })).status).toBe(202);
  expect(await settled(id)).toMatchObject({ status: "ACTIVE", flavor: { original_name: "small" } });
});

test("by itself the guest going off while the resize is looked at makes it stopped, once it is confirmed", async () => {
  const id = await made("small");
  await resized(id, "large");
  cloud.bus.publish((await import("#bus/index.ts")).serverPowerChanged, {
    hostId: cloud.host.hostId,
    serverId: id,
    powerState: "shutdown",
  });
  await eventually(async () => {
    const { server } = (await cloud.demo.send("GET", pathOf(id))).body;
    return server["OS-EXT-STS:power_state"] === 4 ? server.status : undefined;
  }).then((status) => expect(status).toBe("VERIFY_RESIZE"));
  await act(id, { confirmResize: null });
  expect(await settled(id)).toMatchObject({ status: "SHUTOFF" });
});
