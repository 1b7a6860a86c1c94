import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, imageMake, type Answer, type Client } from "../kit/client.ts";
import { serverKit } from "../kit/servers.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

const version = "2.96";
const servers = "/compute/v2.1/servers";

let cloud: TestCloud;
let image: string;
let vtpm: string;
const { settled, create } = serverKit(() => cloud);

beforeAll(async () => {
  // Long enough that nothing is reclaimed while this runs.
  cloud = await startTestCloud({ compute: { intervals: { resizeConfirmS: 0, reclaimS: 3_600 } } });
  image = await imageMake(cloud.demo);
  const { flavors } = (await cloud.demo.send("GET", "/compute/v2.1/flavors")).body as {
    flavors: { id: string; name: string }[];
  };
  vtpm = flavors.find(({ name }) => name === "vtpm.small")?.id ?? "";
});
afterAll(() => cloud.stop());

async function softDeleted(): Promise<string> {
  const { body } = await create(cloud.demo, image, { server: { flavorRef: vtpm } });
  const { id } = body.server as { id: string };
  expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
  expect((await cloud.demo.send("DELETE", `${servers}/${id}`)).status).toBe(204);
  expect(await settled(id)).toMatchObject({ status: "SOFT_DELETED" });
  return id;
}

function act(id: string, body: object, client: Client = cloud.demo): Promise<Answer> {
  return client.send("POST", `${servers}/${id}/action`, body, version);
}

async function gone(id: string): Promise<void> {
  await eventually(async () =>
    (await cloud.admin.send("GET", `${servers}/${id}`)).status === 404 ? true : undefined,
  );
}

async function secrets(): Promise<number> {
  return (await cloud.demo.send("GET", "/key-manager/v1/secrets")).body.total as number;
}

async function inUse(): Promise<number> {
  const path = `/compute/v2.1/os-quota-sets/${cloud.demo.projectId}/detail`;
  return (await cloud.admin.send("GET", path)).body.quota_set.instances.in_use as number;
}

async function listed(client: Client, query: string): Promise<string[]> {
  const { status, body } = await client.send("GET", `${servers}?${query}`, undefined, version);
  expect(status, JSON.stringify(body)).toBe(200);
  return (body.servers as { id: string }[]).map(({ id }) => id);
}

test("a deleted server is off and keeps TPM, passphrase, disk and allocation; it no longer counts", async () => {
  const id = await softDeleted();
  expect(cloud.host.servers.get(id)).toMatchObject({ domain: true, disks: true, powerState: "shutdown" });
  expect(cloud.host.servers.get(id)?.tpm).toBeDefined();
  expect(await secrets()).toBe(1);
  expect(await inUse()).toBe(0);
  const { body } = await cloud.admin.send("GET", `/placement/allocations/${id}`);
  expect(Object.keys(body.allocations as object)).toHaveLength(1);
  const refused = await act(id, { "os-start": null });
  expect(refused.status).toBe(409);
  expect(refused.body.conflictingRequest.message).toBe(
    `Cannot 'start' instance ${id} while it is in vm_state soft-delete`,
  );
  const actions = await cloud.demo.send("GET", `${servers}/${id}/os-instance-actions`);
  expect(actions.body.instanceActions[0]).toMatchObject({ action: "delete", message: null });
  expect((await act(id, { forceDelete: null })).status).toBe(202);
  await gone(id);
  expect(cloud.host.servers.size).toBe(0);
  expect(await secrets()).toBe(0);
});

test("it is listed to who asks for it, as Nova lists it", async () => {
  const since = new Date(Date.now() - 1_000).toISOString();
  const id = await softDeleted();
  expect(await listed(cloud.demo, "")).toEqual([]);
  expect(await listed(cloud.demo, "status=SOFT_DELETED")).toEqual([]);
  expect(await listed(cloud.demo, "deleted=True")).toEqual([]);
  expect(await listed(cloud.demo, `changes-since=${since}`)).toContain(id);
  expect(await listed(cloud.admin, "all_tenants=1")).toEqual([]);
  expect(await listed(cloud.admin, "all_tenants=1&deleted=True")).toContain(id);
  expect(await listed(cloud.admin, "all_tenants=1&status=SOFT_DELETED&deleted=True")).toEqual([id]);
  expect(await listed(cloud.admin, "all_tenants=1&soft_deleted=True")).toEqual([id]);
  await act(id, { forceDelete: null });
  await gone(id);
});

test("restored it runs with the same TPM, and needs who may read the passphrase, and quota", async () => {
  const id = await softDeleted();
  const { tpm } = cloud.host.servers.get(id) ?? {};
  const { secrets: found } = (await cloud.demo.send("GET", "/key-manager/v1/secrets")).body;
  const acl = (open: boolean): Promise<Answer> =>
    cloud.demo.send("PUT", `${new URL(found[0].secret_ref).pathname}/acl`, {
      read: { users: [], "project-access": open },
    });
  await acl(false);
  const refused = await act(id, { restore: null }, cloud.admin);
  expect(refused.status).toBe(403);
  await acl(true);
  const quotas = `/compute/v2.1/os-quota-sets/${cloud.demo.projectId}`;
  await cloud.admin.send("PUT", quotas, { quota_set: { instances: 0 } });
  expect((await act(id, { restore: null })).status).toBe(403);
  expect(await settled(id)).toMatchObject({ status: "SOFT_DELETED" });
  await cloud.admin.send("PUT", quotas, { quota_set: { instances: 10 } });
  expect((await act(id, { restore: null })).status).toBe(202);
  expect(await settled(id)).toMatchObject({ status: "ACTIVE", "OS-EXT-STS:power_state": 1 });
  expect(cloud.host.servers.get(id)).toMatchObject({ tpm, powerState: "running" });
  expect(await inUse()).toBe(1);
  expect((await act(id, { restore: null })).status).toBe(409);
  await act(id, { forceDelete: null });
  await gone(id);
});

test("a server that never ran is deleted at once", async () => {
  cloud.host.failNext("disksCreate", "conflict");
  const { body } = await create(cloud.demo, image);
  expect(await settled(body.server.id)).toMatchObject({ status: "ERROR" });
  await cloud.demo.send("DELETE", `${servers}/${body.server.id}`);
  await gone(body.server.id);
});

async function imagesOf(id: string): Promise<unknown[]> {
  return (await cloud.admin.send("GET", `/image/v2/images?instance_uuid=${id}`)).body.images as unknown[];
}

test.each([
  ["createImage", { createImage: { name: "unwanted" } }],
  ["createBackup", { createBackup: { name: "unwanted", backup_type: "daily", rotation: 1 } }],
  ["shelve", { shelve: null }],
])("a delete during a %s ends it; no image is left, and the server can be restored", async (_name, body) => {
  const { id } = (await create(cloud.demo, image)).body.server;
  expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
  const release = cloud.host.hold("snapshotCreate");
  expect((await act(id, body)).status).toBe(202);
  await eventually(async () => (cloud.host.calls.at(-1) === "snapshotCreate" ? true : undefined));
  expect((await cloud.demo.send("DELETE", `${servers}/${id}`)).status).toBe(204);
  release();
  expect(await settled(id)).toMatchObject({ status: "SOFT_DELETED" });
  expect(await imagesOf(id)).toEqual([]);
  expect((await act(id, { restore: null })).status).toBe(202);
  expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
  await act(id, { forceDelete: null });
  await gone(id);
});

test("of a shelved server the image goes; one that has left its host is deleted for good, as in Nova", async () => {
  const shelved = async (): Promise<string> => {
    const { id } = (await create(cloud.demo, image)).body.server;
    expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
    expect((await act(id, { shelve: null })).status).toBe(202);
    return id as string;
  };
  // It does not get off its host.
  cloud.host.failNext("disksDelete", "conflict");
  const id = await shelved();
  expect(await settled(id)).toMatchObject({ status: "SHELVED" });
  expect(await imagesOf(id)).toHaveLength(1);
  await cloud.demo.send("DELETE", `${servers}/${id}`);
  expect(await settled(id)).toMatchObject({ status: "SOFT_DELETED" });
  expect(await imagesOf(id)).toEqual([]);
  await act(id, { forceDelete: null });
  await gone(id);
  const away = await shelved();
  expect(await settled(away)).toMatchObject({ status: "SHELVED_OFFLOADED" });
  await cloud.demo.send("DELETE", `${servers}/${away}`);
  await gone(away);
  expect(await imagesOf(away)).toEqual([]);
});

test("one that was leaving its host when it was deleted is deleted for good too", async () => {
  const { id } = (await create(cloud.demo, image, { server: { flavorRef: vtpm } })).body.server;
  expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
  const release = cloud.host.hold("disksDelete");
  await act(id, { shelve: null });
  await eventually(async () => (cloud.host.calls.at(-1) === "disksDelete" ? true : undefined));
  expect((await cloud.demo.send("DELETE", `${servers}/${id}`)).status).toBe(204);
  expect((await cloud.demo.send("GET", `${servers}/${id}`, undefined, version)).body.server).toMatchObject({
    "OS-EXT-STS:task_state": "soft-deleting",
  });
  release();
  await gone(id);
  expect(await imagesOf(id)).toEqual([]);
  expect(await secrets()).toBe(0);
  const actions = await cloud.demo.send("GET", `${servers}/${id}/os-instance-actions`, undefined, version);
  expect(actions.body.instanceActions[0]).toMatchObject({ action: "delete", message: null });
});

test("another project neither restores nor deletes it", async () => {
  const id = await softDeleted();
  const { body } = await cloud.admin.send("POST", "/identity/v3/projects", { project: { name: "other" } });
  const user = { name: "other", password: "other" };
  const { id: userId } = (await cloud.admin.send("POST", "/identity/v3/users", { user })).body.user;
  const [{ id: role }] = (await cloud.admin.send("GET", "/identity/v3/roles?name=member")).body.roles;
  await cloud.admin.send("PUT", `/identity/v3/projects/${body.project.id}/users/${userId}/roles/${role}`);
  const other = await cloud.client("other", "other", "other");
  expect((await act(id, { restore: null }, other)).status).toBe(404);
  expect((await act(id, { forceDelete: null }, other)).status).toBe(404);
  await act(id, { forceDelete: null });
  await gone(id);
});
