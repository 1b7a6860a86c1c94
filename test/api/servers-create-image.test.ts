import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, imageMake, type Client } from "../kit/client.ts";
import { serverKit } from "../kit/servers.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

let cloud: TestCloud;
let image: string;
const { settled, made, remove } = serverKit(() => cloud);

beforeAll(async () => {
  cloud = await startTestCloud();
  image = await imageMake(cloud.demo, { min_ram: 64, hw_rng_model: "virtio", img_signature: "no heir" });
});
afterAll(() => cloud.stop());

const pathOf = (id: string): string => `/compute/v2.1/servers/${id}`;

async function act(id: string, body: object, version = "2.96", client: Client = cloud.demo) {
  return client.send("POST", `${pathOf(id)}/action`, body, version);
}

async function imageShow(id: string, client: Client = cloud.demo) {
  return client.send("GET", `/image/v2/images/${id}`);
}

/** The image once its server has left the task. */
async function imageMade(serverId: string, body: object, client: Client = cloud.demo) {
  const answer = await act(serverId, body, "2.96", client);
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  await settled(serverId);
  return (await imageShow(answer.body.image_id, client)).body;
}

async function lastAction(id: string) {
  const { body } = await cloud.admin.send("GET", `${pathOf(id)}/os-instance-actions`, undefined, "2.96");
  const [{ request_id: requestId }] = body.instanceActions;
  return (await cloud.admin.send("GET", `${pathOf(id)}/os-instance-actions/${requestId}`, undefined, "2.96"))
    .body.instanceAction;
}

test("an image of a server has its data, Nova's properties, and leaves the server as it is", async () => {
  const id = await made(cloud.demo, image, { name: "origin" });
  const properties = { purpose: "test" };
  const snapshot = await imageMade(id, { createImage: { name: "snapshot", metadata: properties } });
  expect(snapshot).toMatchObject({
    name: "snapshot",
    status: "active",
    visibility: "private",
    owner: cloud.demo.projectId,
    disk_format: "qcow2",
    container_format: "bare",
    min_ram: 64,
    min_disk: 1,
    image_type: "snapshot",
    image_location: "snapshot",
    image_state: "available",
    instance_uuid: id,
    user_id: cloud.demo.userId,
    owner_id: cloud.demo.projectId,
    owner_user_name: "demo",
    owner_project_name: "demo",
    base_image_ref: image,
    hw_rng_model: "virtio",
    purpose: "test",
  });
  expect(snapshot).not.toHaveProperty("img_signature");
  expect(snapshot).not.toHaveProperty("hw_tpm_version");
  const data = await cloud.demo.send("GET", `/image/v2/images/${snapshot.id}/file`);
  expect(String(data.body).slice(0, 3)).toBe("QFI");
  expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
  expect(cloud.host.servers.get(id)?.snapshots).toBeUndefined();
  expect(await lastAction(id)).toMatchObject({
    action: "createImage",
    message: null,
    events: [{ event: "compute_snapshot_instance", result: "Success" }],
  });
  // What it was made from is the root of what is made from it.
  const copy = await made(cloud.demo, snapshot.id);
  expect(await imageMade(copy, { createImage: { name: "again" } })).toMatchObject({ base_image_ref: image });
  await remove(copy);
  await remove(id);
});

test("the image is queued before anything is copied, and the task states are Nova's", async () => {
  const id = await made(cloud.demo, image);
  const seen: string[] = [];
  const look = async (wanted: string): Promise<void> => {
    seen.push(
      await eventually(async () => {
        const { body } = await cloud.admin.send("GET", pathOf(id));
        return body.server["OS-EXT-STS:task_state"] === wanted ? wanted : undefined;
      }),
    );
  };
  const copied = cloud.host.hold("snapshotCreate");
  const answer = await act(id, { createImage: { name: "held" } }, "2.44");
  expect(answer.status).toBe(202);
  expect(answer.body).toBe("");
  const location = answer.headers.get("location") ?? "";
  expect(location).toMatch(/^http:.*\/image\/images\/[0-9a-f-]{36}$/);
  const imageId = location.split("/").at(-1) ?? "";
  expect((await imageShow(imageId)).body).toMatchObject({ status: "queued", disk_format: null, size: null });
  await look("image_pending_upload");
  // Nova: 409 for whatever needs the server, while its status is what it was.
  expect((await act(id, { "os-stop": null })).status).toBe(409);
  expect((await act(id, { createImage: { name: "second" } })).status).toBe(409);
  const sent = cloud.host.hold("snapshotRead");
  copied();
  await look("image_uploading");
  expect((await imageShow(imageId)).body).toMatchObject({ status: "saving", disk_format: "qcow2" });
  sent();
  await settled(id);
  expect((await imageShow(imageId)).body.status).toBe("active");
  await remove(id);
});

test.each([
  ["SHUTOFF", { "os-stop": null }],
  ["PAUSED", { pause: null }],
  ["SUSPENDED", { suspend: null }],
])("a server that is %s gives an image and stays so", async (status, action) => {
  const id = await made(cloud.demo, image);
  await act(id, action);
  expect(await settled(id)).toMatchObject({ status });
  expect(await imageMade(id, { createImage: { name: status } })).toMatchObject({ status: "active" });
  expect(await settled(id)).toMatchObject({ status });
  await remove(id);
});

test("a locked server gives an image; one in ERROR does not", async () => {
  const id = await made(cloud.demo, image);
  await act(id, { lock: null });
  expect(await imageMade(id, { createImage: { name: "locked" } })).toMatchObject({ status: "active" });
  await act(id, { unlock: null });
  await cloud.admin.send("POST", `${pathOf(id)}/action`, { "os-resetState": { state: "error" } });
  const answer = await act(id, { createImage: { name: "error" } });
  expect(answer.status).toBe(409);
  expect(answer.body.conflictingRequest.message).toBe(
    `Cannot 'createImage' instance ${id} while it is in vm_state error`,
  );
  await remove(id);
});

test.each(["snapshotCreate", "snapshotRead"] as const)(
  "when %s fails there is no image, no copy on the host, and the server goes on",
  async (command) => {
    const id = await made(cloud.demo, image);
    cloud.host.failNext(command, "no-capacity", 1, "no space left");
    const { body } = await act(id, { createImage: { name: "fails" } });
    expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
    expect((await imageShow(body.image_id)).status).toBe(404);
    expect(cloud.host.servers.get(id)?.snapshots).toBeUndefined();
    const action = await lastAction(id);
    expect(action).toMatchObject({ action: "createImage", message: "Error" });
    expect(action.events[0].details).toContain("fails by script");
    await remove(id);
  },
);

test.each(["snapshotCreate", "snapshotRead"] as const)(
  "deleting the image during %s cancels it",
  async (command) => {
    const id = await made(cloud.demo, image);
    const release = cloud.host.hold(command);
    const { body } = await act(id, { createImage: { name: "cancelled" } });
    await eventually(async () => (cloud.host.calls.at(-1) === command ? true : undefined));
    expect((await cloud.demo.send("DELETE", `/image/v2/images/${body.image_id}`)).status).toBe(204);
    if (command === "snapshotCreate") expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
    release();
    expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
    expect((await imageShow(body.image_id)).status).toBe(404);
    expect(await lastAction(id)).toMatchObject({ message: null, events: [{ result: "Success" }] });
    // A scripted host's copy cannot be stopped: real hosts are tested for that.
    if (command === "snapshotRead") expect(cloud.host.servers.get(id)?.snapshots).toBeUndefined();
    await remove(id);
  },
);

test("deleting the server during a copy ends the copy", async () => {
  const id = await made(cloud.demo, image);
  const release = cloud.host.hold("snapshotCreate");
  const { body } = await act(id, { createImage: { name: "orphan" } });
  await eventually(async () => (cloud.host.calls.at(-1) === "snapshotCreate" ? true : undefined));
  await remove(id);
  expect((await imageShow(body.image_id)).status).toBe(404);
  release();
});

test("an administrator's image of another's server is shared with its project", async () => {
  const id = await made(cloud.demo, image);
  const snapshot = await imageMade(id, { createImage: { name: "by the administrator" } }, cloud.admin);
  expect(snapshot).toMatchObject({
    owner: cloud.admin.projectId,
    visibility: "shared",
    instance_owner: cloud.demo.projectId,
    user_id: cloud.admin.userId,
  });
  expect(snapshot).not.toHaveProperty("owner_user_name");
  expect((await imageShow(snapshot.id)).status).toBe(200);
  await remove(id);
});

test("what Nova refuses is refused, and nothing is left", async () => {
  const id = await made(cloud.demo, image);
  const images = async () => (await cloud.admin.send("GET", "/image/v2/images")).body.images.length as number;
  const before = await images();
  const metadata = Object.fromEntries(Array.from({ length: 129 }, (_, index) => [`k${index}`, "v"]));
  const many = await act(id, { createImage: { name: "many", metadata } }, "2.38");
  expect([many.status, many.body.forbidden?.message]).toEqual([403, "Image metadata limit exceeded"]);
  // Later the image service's own limit holds.
  expect((await act(id, { createImage: { name: "many", metadata } }, "2.39")).status).toBe(413);
  for (const wrong of [{}, { name: "" }, { name: 5 }, { name: "x".repeat(256) }, { name: "x", size: 1 }])
    expect((await act(id, { createImage: wrong })).status, JSON.stringify(wrong)).toBe(400);
  expect((await act(id, { createImage: { name: "x", metadata: { status: "active" } } })).status).toBe(403);
  expect((await act(id, { createImage: { name: "x", metadata: { a: 5 } } })).status).toBe(400);
  expect((await act(crypto.randomUUID(), { createImage: { name: "x" } })).status).toBe(404);
  expect(await images()).toBe(before);
  expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
  await remove(id);
});

test("backups of one type are rotated, and no others", async () => {
  const id = await made(cloud.demo, image);
  const backup = (name: string, type: string, rotation: number | string) =>
    imageMade(id, { createBackup: { name, backup_type: type, rotation } });
  const weekly = await backup("weekly", "weekly", 1);
  expect(weekly).toMatchObject({ status: "active", image_type: "backup", backup_type: "weekly" });
  // A stranger's image that says that it is one: it stays.
  const fake = { image_type: "backup", backup_type: "daily", instance_uuid: id };
  const stranger = await imageMake(cloud.admin, fake);
  const daily = [];
  for (const rotation of [2, "2", 2]) daily.push((await backup("daily", "daily", rotation)).id as string);
  const there = async (imageId: string) => (await imageShow(imageId, cloud.admin)).status;
  expect(await Promise.all(daily.map(there))).toEqual([404, 200, 200]);
  expect([await there(weekly.id), await there(stranger)]).toEqual([200, 200]);
  // One that nobody wants any more rotates the others, as in Nova.
  const release = cloud.host.hold("snapshotCreate");
  const cancelled = await act(id, { createBackup: { name: "cancelled", backup_type: "daily", rotation: 1 } });
  await cloud.demo.send("DELETE", `/image/v2/images/${cancelled.body.image_id}`);
  expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
  release();
  expect(await Promise.all(daily.map(there))).toEqual([404, 404, 200]);
  const none = await act(id, { createBackup: { name: "none", backup_type: "daily", rotation: 0 } }, "2.1");
  expect([none.status, none.headers.get("location")]).toEqual([202, null]);
  expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
  expect(await Promise.all(daily.map(there))).toEqual([404, 404, 404]);
  expect(await lastAction(id)).toMatchObject({
    action: "createBackup",
    message: null,
    events: [{ event: "compute_backup_instance", result: "Success" }],
  });
  for (const wrong of [{ rotation: -1 }, { rotation: "x" }, { rotation: 1.5 }, { backup_type: 5 }]) {
    const createBackup = { name: "x", backup_type: "daily", rotation: 1, ...wrong };
    expect((await act(id, { createBackup })).status, JSON.stringify(wrong)).toBe(400);
  }
  await remove(id);
});

test("a server with a TPM: the image says which, and asks for no passphrase", async () => {
  const flavor = { name: "snapshot.tpm", ram: 256, vcpus: 1, disk: 1 };
  const flavorId = (await cloud.admin.send("POST", "/compute/v2.1/flavors", { flavor })).body.flavor.id;
  const specs = { extra_specs: { "hw:tpm_version": "2.0", "hw:tpm_model": "tpm-crb" } };
  await cloud.admin.send("POST", `/compute/v2.1/flavors/${flavorId}/os-extra_specs`, specs);
  const id = await made(cloud.demo, image, { flavorRef: flavorId });
  const uses = cloud.host.passphrases.length;
  // Somebody who may not read the passphrase.
  const snapshot = await imageMade(id, { createImage: { name: "with TPM" } }, cloud.admin);
  expect(snapshot).toMatchObject({ hw_tpm_version: "2.0", hw_tpm_model: "tpm-crb" });
  expect(JSON.stringify(snapshot)).not.toContain("secret");
  expect(cloud.host.passphrases).toHaveLength(uses);
  await remove(id);
});

test("a copy of the TPM goes with the image: whoever may read its passphrase may boot it", async () => {
  const flavor = { name: "snapshot.copy", ram: 256, vcpus: 1, disk: 1 };
  const flavorRef = (await cloud.admin.send("POST", "/compute/v2.1/flavors", { flavor })).body.flavor.id;
  const specs = { extra_specs: { "hw:tpm_version": "2.0" } };
  await cloud.admin.send("POST", `/compute/v2.1/flavors/${flavorRef}/os-extra_specs`, specs);
  const names = async (): Promise<string[]> =>
    ((await cloud.demo.send("GET", "/key-manager/v1/secrets")).body.secrets as { name: string }[]).map(
      ({ name }) => name,
    );
  const id = await made(cloud.demo, image, { flavorRef });
  const own = cloud.host.servers.get(id)?.tpm;
  const copy = { createImage: { name: "with TPM", "sealstone:tpm": "copy" } };
  // Who may not read the server's passphrase is refused, and nothing is left of it.
  expect((await act(id, copy, "2.96", cloud.admin)).status).toBe(403);
  expect(await names()).toEqual([`vTPM secret for instance ${id}`]);
  const snapshot = await imageMade(id, copy);
  expect(snapshot).toMatchObject({ status: "active", hw_tpm_version: "2.0", "sealstone:tpm": "copy" });
  expect(await names()).toContain(`vTPM secret for image ${snapshot.id}`);
  const images = cloud.host.passphrases.at(-1);
  expect(images).not.toBe(own);
  const { create } = serverKit(() => cloud);
  const denied = await create(cloud.admin, snapshot.id, { server: { flavorRef } });
  expect([denied.status, denied.body.forbidden?.message]).toEqual([
    403,
    expect.stringContaining(`TPM passphrase of image ${snapshot.id}`),
  ]);
  const restored = await made(cloud.demo, snapshot.id, { flavorRef });
  // The copy was opened by the image's passphrase, and the server has one of its own.
  expect(cloud.host.passphrases).toContain(images);
  expect([own, images]).not.toContain(cloud.host.servers.get(restored)?.tpm);
  await cloud.demo.send("POST", `${pathOf(restored)}/action`, { reboot: { type: "HARD" } });
  expect(await settled(restored)).toMatchObject({ status: "ACTIVE" });
  // Without the copy, of the same image, the TPM is new.
  expect((await cloud.demo.send("DELETE", `/image/v2/images/${snapshot.id}`)).status).toBe(204);
  await eventually(async () => ((await names()).length === 2 ? true : undefined));
  expect(await names()).not.toContain(`vTPM secret for image ${snapshot.id}`);
  await remove(restored);
  await remove(id);
  expect(await names()).toEqual([]);
});

test("a copy of the TPM that fails, or is cancelled, leaves no passphrase", async () => {
  const tpmImage = await imageMake(cloud.demo, { hw_tpm_version: "2.0" });
  const id = await made(cloud.demo, tpmImage);
  const secrets = async () => (await cloud.demo.send("GET", "/key-manager/v1/secrets")).body.secrets;
  for (const command of ["snapshotCreate", "tpmCopy", "snapshotRead"] as const) {
    cloud.host.failNext(command, "conflict");
    const { body } = await act(id, { createImage: { name: "x", "sealstone:tpm": "copy" } });
    expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
    expect((await imageShow(body.image_id)).status).toBe(404);
    expect(await secrets()).toHaveLength(1);
  }
  const plain = await made(cloud.demo, image);
  const none = await act(plain, { createImage: { name: "x", "sealstone:tpm": "copy" } });
  expect([none.status, none.body.badRequest?.message]).toEqual([400, expect.stringContaining("has no TPM")]);
  expect((await act(plain, { createImage: { name: "x", "sealstone:tpm": "both" } })).status).toBe(400);
  await remove(plain);
  await remove(id);
});
