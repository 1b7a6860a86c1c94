import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, imageMake, type Client } from "../kit/client.ts";
import { serverKit } from "../kit/servers.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

let cloud: TestCloud;
let image: string;
let other: string;
const { settled, made, remove } = serverKit(() => cloud);

beforeAll(async () => {
  cloud = await startTestCloud();
  image = await imageMake(cloud.demo);
  other = await imageMake(cloud.demo, { name: "other" });
});
afterAll(() => cloud.stop());

const pathOf = (id: string): string => `/compute/v2.1/servers/${id}`;

async function rebuild(id: string, body: object, version = "2.96", client: Client = cloud.demo) {
  return client.send("POST", `${pathOf(id)}/action`, { rebuild: { imageRef: other, ...body } }, version);
}

async function show(id: string): Promise<Record<string, unknown>> {
  return (await cloud.admin.send("GET", pathOf(id), undefined, "2.96")).body.server;
}

async function flavorMake(name: string, extraSpecs: object): Promise<string> {
  const flavor = { name, ram: 256, vcpus: 1, disk: 1 };
  const { body } = await cloud.admin.send("POST", "/compute/v2.1/flavors", { flavor });
  const specs = { extra_specs: extraSpecs };
  await cloud.admin.send("POST", `/compute/v2.1/flavors/${body.flavor.id}/os-extra_specs`, specs);
  return body.flavor.id as string;
}

test("a rebuild gives the server the image and all that the body says, and a new start", async () => {
  const id = await made(cloud.demo, image, { metadata: { old: "yes" }, description: "old" });
  const release = cloud.host.hold("disksPrepare");
  const answer = await rebuild(id, {
    name: "rebuilt",
    metadata: { new: "yes" },
    description: "new",
    hostname: "rebuilt-host",
    accessIPv4: "192.0.2.1",
    accessIPv6: "2001:db8::1",
    user_data: "bmV3",
    adminPass: "chosen",
    preserve_ephemeral: false,
    "OS-DCF:diskConfig": "AUTO",
  });
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  expect(answer.headers.get("location")).toBe(`${cloud.url}/compute/v2.1/servers/${id}`);
  const rebuilt = {
    id,
    name: "rebuilt",
    status: "REBUILD",
    image: { id: other },
    metadata: { new: "yes" },
    description: "new",
    accessIPv4: "192.0.2.1",
    accessIPv6: "2001:db8::1",
    "OS-DCF:diskConfig": "AUTO",
    "OS-EXT-SRV-ATTR:hostname": "rebuilt-host",
  };
  expect(answer.body.server).toMatchObject({ ...rebuilt, adminPass: "chosen", user_data: "bmV3" });
  expect(await show(id)).toMatchObject({ ...rebuilt, "OS-EXT-STS:task_state": "rebuilding" });
  // The old one runs until all that is new is there.
  expect(cloud.host.servers.get(id)).toMatchObject({ powerState: "running", disk: image });
  expect((await rebuild(id, {})).status).toBe(409);
  release();
  expect(await settled(id)).toMatchObject({ ...rebuilt, status: "ACTIVE" });
  expect(cloud.host.servers.get(id)).toMatchObject({ disk: other, powerState: "running" });
  expect(cloud.host.servers.get(id)?.previousDisk).toBeUndefined();
  const actions = await cloud.admin.send("GET", `${pathOf(id)}/os-instance-actions`, undefined, "2.96");
  expect(actions.body.instanceActions[0]).toMatchObject({ action: "rebuild", message: null });
  await remove(id);
});

test("what the body leaves out stays", async () => {
  const server = { metadata: { kept: "yes" }, description: "kept", hostname: "kept", user_data: "b2xk" };
  const id = await made(cloud.demo, image, server);
  expect((await rebuild(id, { description: null, user_data: null })).status).toBe(202);
  const rebuilt = await settled(id);
  expect(rebuilt).toMatchObject({ name: "s", metadata: { kept: "yes" }, description: null });
  expect(rebuilt["OS-EXT-SRV-ATTR:hostname"]).toBe("kept");
  expect(rebuilt["OS-EXT-SRV-ATTR:user_data"]).toBeNull();
  await remove(id);
});

test("it may trust other certificates, or none, and keeps those that it has when nothing is said", async () => {
  const id = await made(cloud.demo, image, { trusted_image_certificates: ["a", "b"] });
  const trusted = async (body?: object): Promise<unknown> => {
    const answer = body && (await rebuild(id, body, "2.63"));
    if (answer) expect(answer.status, JSON.stringify(answer.body)).toBe(202);
    const shown = (await settled(id))["trusted_image_certificates"];
    if (answer) expect(answer.body.server.trusted_image_certificates).toEqual(shown);
    return shown;
  };
  expect(await trusted()).toEqual(["a", "b"]);
  expect(await trusted({})).toEqual(["a", "b"]);
  expect(await trusted({ trusted_image_certificates: ["c"] })).toEqual(["c"]);
  cloud.host.failNext("disksSwap", "conflict");
  await rebuild(id, { trusted_image_certificates: ["d"] }, "2.63");
  expect(await trusted()).toEqual(["c"]);
  expect(await trusted({ trusted_image_certificates: null })).toBeNull();
  const at62 = await cloud.demo.send("GET", `/compute/v2.1/servers/${id}`, undefined, "2.62");
  expect(at62.body.server).not.toHaveProperty("trusted_image_certificates");
});

test("each microversion answers its own fields", async () => {
  const id = await made(cloud.demo, image);
  const fieldsAt = async (version: string): Promise<string[]> => {
    const answer = await rebuild(id, {}, version);
    expect(answer.status, JSON.stringify(answer.body)).toBe(202);
    await settled(id);
    return Object.keys(answer.body.server);
  };
  const old = await fieldsAt("2.1");
  expect(old).toEqual(expect.arrayContaining(["adminPass", "OS-DCF:diskConfig", "progress", "status"]));
  for (const name of ["key_name", "user_data", "config_drive", "OS-EXT-STS:vm_state", "locked"])
    expect(old).not.toContain(name);
  const at53 = await fieldsAt("2.53");
  expect(at53).toContain("description");
  expect(at53).not.toContain("key_name");
  const at57 = await fieldsAt("2.57");
  expect(at57).toEqual(expect.arrayContaining(["key_name", "user_data"]));
  expect(at57).not.toContain("trusted_image_certificates");
  const at71 = await fieldsAt("2.71");
  expect(at71).toEqual(expect.arrayContaining(["server_groups", "trusted_image_certificates"]));
  expect(at71).not.toContain("config_drive");
  expect(await fieldsAt("2.75")).toEqual(
    expect.arrayContaining([
      "config_drive",
      "OS-EXT-STS:vm_state",
      "OS-SRV-USG:launched_at",
      "locked_reason",
    ]),
  );
  await remove(id);
});

test("a stopped server stays stopped, one in ERROR is ACTIVE again", async () => {
  const id = await made(cloud.demo, image);
  await cloud.demo.send("POST", `${pathOf(id)}/action`, { "os-stop": null });
  await settled(id);
  const starts = cloud.host.calls.filter((name) => name === "domainStart").length;
  const answer = await rebuild(id, {});
  expect(answer.body.server.status).toBe("REBUILD");
  expect(await settled(id)).toMatchObject({ status: "SHUTOFF", image: { id: other } });
  expect(cloud.host.calls.filter((name) => name === "domainStart")).toHaveLength(starts);
  await cloud.admin.send("POST", `${pathOf(id)}/action`, { "os-resetState": { state: "error" } });
  expect((await rebuild(id, { imageRef: image })).status).toBe(202);
  expect(await settled(id)).toMatchObject({ status: "ACTIVE", image: { id: image } });
  await remove(id);
});

test.each([
  "disksPrepare",
  "domainStop",
  "domainUndefine",
  "disksSwap",
  "domainDefine",
  "domainStart",
  "disksSwapEnd",
] as const)("when %s fails the server is the old one or the new one, whole", async (command) => {
  const id = await made(cloud.demo, image, { metadata: { old: "yes" } });
  cloud.host.failNext(command, "conflict");
  expect((await rebuild(id, { name: "rebuilt", metadata: { new: "yes" } })).status).toBe(202);
  const server = await settled(id);
  const isNew = command === "disksSwapEnd";
  expect(server).toMatchObject({
    status: "ACTIVE",
    name: isNew ? "rebuilt" : "s",
    metadata: isNew ? { new: "yes" } : { old: "yes" },
    image: { id: isNew ? other : image },
  });
  expect(cloud.host.servers.get(id)).toMatchObject({
    disk: isNew ? other : image,
    powerState: "running",
    domain: true,
  });
  const actions = await cloud.admin.send("GET", `${pathOf(id)}/os-instance-actions`, undefined, "2.96");
  expect(actions.body.instanceActions[0]).toMatchObject({ action: "rebuild", message: "Error" });
  await remove(id);
});

test("an old server that does not start again is in ERROR and says why; a hard reboot mends it", async () => {
  const id = await made(cloud.demo, image);
  cloud.host.failNext("domainStart", "conflict", 2);
  await rebuild(id, {});
  const server = await settled(id);
  expect(server).toMatchObject({ status: "ERROR", image: { id: image } });
  expect(server["fault"]).toMatchObject({ message: "domainStart fails by script" });
  await cloud.demo.send("POST", `${pathOf(id)}/action`, { reboot: { type: "HARD" } });
  expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
  expect(cloud.host.servers.get(id)).toMatchObject({ disk: image, powerState: "running" });
  await remove(id);
});

test("what cannot be is refused and changes nothing", async () => {
  const id = await made(cloud.demo, image, { description: "before" });
  const before = await show(id);
  const refused = async (status: number, body: object, version = "2.96") => {
    const answer = await rebuild(id, body, version);
    expect(answer.status, JSON.stringify([body, answer.body])).toBe(status);
    return JSON.stringify(answer.body);
  };
  expect(await refused(400, { imageRef: crypto.randomUUID() })).toContain("Cannot find image for rebuild");
  const hungry = await imageMake(cloud.demo, { min_ram: 100_000 });
  expect(await refused(400, { imageRef: hungry })).toContain("memory is too small");
  const wide = await imageMake(cloud.demo, { min_disk: 100 });
  expect(await refused(400, { imageRef: wide })).toContain("smaller than the minimum size");
  const queued = await cloud.demo.send("POST", "/image/v2/images", {
    disk_format: "raw",
    container_format: "bare",
  });
  expect(await refused(400, { imageRef: queued.body.id })).toContain("is not active");
  expect(await refused(400, { key_name: "nobody's" })).toContain("Invalid key_name provided.");
  const metadata = Object.fromEntries(Array.from({ length: 129 }, (_, index) => [`k${index}`, "v"]));
  expect(await refused(403, { metadata })).toContain("Maximum number of metadata items exceeds 128");
  await refused(400, { personality: [{ path: "/x", contents: "no base64!" }] }, "2.56");
  await refused(400, { personality: [] }, "2.57");
  await refused(400, { key_name: null }, "2.53");
  await refused(400, { user_data: null }, "2.56");
  await refused(400, { hostname: "x" }, "2.89");
  await refused(400, { hostname: "not.a.label" }, "2.93");
  await refused(400, { trusted_image_certificates: null }, "2.62");
  await refused(400, { trusted_image_certificates: [] });
  await refused(400, { imageRef: "no uuid" });
  await refused(400, { user_data: "no base64!" });
  const tpmImage = await imageMake(cloud.demo, { hw_tpm_version: "2.0", name: "wants a TPM" });
  expect(await refused(400, { imageRef: tpmImage })).toContain("has no TPM");
  expect((await rebuild(crypto.randomUUID(), {})).status).toBe(404);
  for (const action of [{ pause: null }, { lock: null }]) {
    await cloud.demo.send("POST", `${pathOf(id)}/action`, action);
    await settled(id);
    await refused(409, {});
  }
  const { updated: _then, progress: _active, ...same } = before;
  expect(await show(id)).toMatchObject({ ...same, ...paused });
  await remove(id);
});

const paused = {
  status: "PAUSED",
  locked: true,
  "OS-EXT-STS:vm_state": "paused",
  "OS-EXT-STS:power_state": 3,
};

test("a server with a TPM keeps it; who may not read its passphrase is refused", async () => {
  const flavorRef = await flavorMake("rebuild.tpm", { "hw:tpm_version": "2.0", "hw:tpm_model": "tpm-crb" });
  const id = await made(cloud.demo, image, { flavorRef });
  const passphrase = cloud.host.passphrases.at(-1);
  const denied = await rebuild(id, {}, "2.96", cloud.admin);
  expect(denied.status).toBe(403);
  expect(denied.body.forbidden.message).toContain("TPM passphrase");
  for (const [properties, said] of [
    [{ hw_tpm_version: "1.2" }, "hw:tpm_version extra spec explicitly set to 2.0"],
    [{ hw_tpm_version: "2.0", hw_tpm_model: "tpm-tis" }, "hw:tpm_model extra spec explicitly set to tpm-crb"],
  ] as const) {
    const answer = await rebuild(id, { imageRef: await imageMake(cloud.demo, properties) });
    expect(answer.status).toBe(400);
    expect(answer.body.badRequest.message).toContain(said);
  }
  expect(await settled(id)).toMatchObject({ status: "ACTIVE", image: { id: image } });
  const same = await imageMake(cloud.demo, { hw_tpm_version: "2.0", hw_tpm_model: "tpm-crb" });
  expect((await rebuild(id, { imageRef: same })).status).toBe(202);
  expect(await settled(id)).toMatchObject({ status: "ACTIVE", image: { id: same } });
  expect(cloud.host.servers.get(id)?.tpm).toBe(passphrase);
  expect(cloud.host.passphrases.at(-1)).toBe(passphrase);
  await remove(id);
});

test("a delete during a rebuild waits for it and leaves nothing", async () => {
  const id = await made(cloud.demo, image);
  const release = cloud.host.hold("disksSwap");
  await rebuild(id, {});
  await eventually(async () => (cloud.host.calls.at(-1) === "disksSwap" ? true : undefined));
  expect((await cloud.demo.send("DELETE", pathOf(id))).status).toBe(204);
  release();
  expect(await settled(id)).toEqual({ gone: true });
  expect(cloud.host.servers.get(id)).toBeUndefined();
});

test("a TPM is replaced where that is asked for: new passphrase, new identity, and the old ones are gone", async () => {
  const flavorRef = await flavorMake("rebuild.replace", { "hw:tpm_version": "2.0" });
  const id = await made(cloud.demo, image, { flavorRef });
  const secretOf = async (): Promise<string> => {
    const { body } = await cloud.demo.send("GET", `${pathOf(id)}/sealstone:tpm`, undefined, "2.96");
    return String(body["sealstone:tpm"].secret_id ?? body["sealstone:tpm"].secret_ref);
  };
  const secrets = async () =>
    (await cloud.demo.send("GET", "/key-manager/v1/secrets")).body.secrets as { secret_ref: string }[];
  const [before, first] = [await secretOf(), cloud.host.servers.get(id)?.tpm];
  const replace = { "sealstone:tpm": "replace" };
  // The administrator's project is not the server's.
  expect((await rebuild(id, replace, "2.96", cloud.admin)).status).toBe(403);
  expect(await secretOf()).toBe(before);
  expect(await secrets()).toHaveLength(1);
  cloud.host.failNext("tpmManufacture", "conflict");
  expect((await rebuild(id, replace)).status).toBe(202);
  expect(await settled(id)).toMatchObject({ status: "ACTIVE", image: { id: image } });
  expect([await secretOf(), cloud.host.servers.get(id)?.tpm]).toEqual([before, first]);
  expect(await secrets()).toHaveLength(1);
  expect((await rebuild(id, replace)).status).toBe(202);
  expect(await settled(id)).toMatchObject({ status: "ACTIVE", image: { id: other } });
  expect(await secretOf()).not.toBe(before);
  expect(cloud.host.servers.get(id)?.tpm).not.toBe(first);
  expect(cloud.host.servers.get(id)?.oldTpm).toBeUndefined();
  expect(await secrets()).toHaveLength(1);
  await remove(id);
  expect(await secrets()).toEqual([]);
  const plain = await made(cloud.demo, image);
  expect((await rebuild(plain, replace)).body.badRequest.message).toContain("has no TPM");
  expect((await rebuild(plain, { "sealstone:tpm": "copy" })).status).toBe(400);
  expect((await rebuild(plain, { "sealstone:tpm": "keep" })).status).toBe(202);
  await settled(plain);
  await remove(plain);
});
