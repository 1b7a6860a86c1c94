import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, imageMake, type Client } from "../kit/client.ts";
import { serverKit } from "../kit/servers.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

let cloud: TestCloud;
let image: string;
let flavor: string;
const kit = serverKit(() => cloud);
const servers = "/compute/v2.1/servers";

beforeAll(async () => {
  cloud = await startTestCloud();
  image = await imageMake(cloud.demo);
  const list = (await cloud.demo.send("GET", "/compute/v2.1/flavors")).body.flavors;
  flavor = (list as { id: string; name: string }[]).find(({ name }) => name === "vtpm.small")?.id ?? "";
});
afterAll(() => cloud.stop());

interface Event {
  readonly event: string;
  readonly operation: string;
  readonly request_id: string | null;
  readonly secret_id: string | null;
}

/** Oldest first. */
async function events(query: string): Promise<Event[]> {
  const { body } = await cloud.admin.send("GET", `/sealstone/v1/audit?${query}`);
  return (body.audit_events as Event[]).toReversed();
}

const short = (list: readonly Event[]): string[] =>
  list.map(({ event, operation }) => `${event} ${operation}`);

async function act(client: Client, id: string, body: object): Promise<string> {
  const answer = await client.send("POST", `${servers}/${id}/action`, body);
  await kit.settled(id);
  return answer.headers.get("x-openstack-request-id") ?? "";
}

test("each use of a server's passphrase is one event, by whom and for which request", async () => {
  const created = await kit.create(cloud.demo, image, { server: { flavorRef: flavor } });
  const id = created.body.server.id as string;
  await kit.settled(id);
  const stop = await act(cloud.demo, id, { "os-stop": null });
  const denied = await act(cloud.admin, id, { "os-start": null });
  const start = await act(cloud.demo, id, { "os-start": null });
  const reboot = await act(cloud.demo, id, { reboot: { type: "HARD" } });
  await act(cloud.demo, id, { reboot: { type: "SOFT" } });
  const removed = await cloud.admin.send("DELETE", `${servers}/${id}`);
  expect(await kit.settled(id)).toEqual({ gone: true });

  const all = await events(`server=${id}`);
  expect(short(all)).toEqual([
    "created create",
    // To make the TPM, and to start.
    "sealed create",
    "sealed create",
    "denied start",
    "read start",
    "sealed start",
    "read reboot",
    "sealed reboot",
    "deleted delete",
  ]);
  const requestOf = (answer: { headers: Headers }) => answer.headers.get("x-openstack-request-id");
  const create = requestOf(created);
  const requests = [create, create, create, denied, start, start, reboot, reboot, requestOf(removed)];
  expect(all.map((event) => event.request_id)).toEqual(requests);
  expect(all.some((event) => event.request_id === stop)).toBe(false);
  const [made] = all;
  const whose = {
    server_id: id,
    secret_id: made?.secret_id,
    owner_user_id: cloud.demo.userId,
    owner_project_id: cloud.demo.projectId,
  };
  const byDemo = { ...whose, user_id: cloud.demo.userId, project_id: cloud.demo.projectId };
  const byAdmin = { ...whose, user_id: cloud.admin.userId, project_id: cloud.admin.projectId };
  const onHost = { ...byDemo, result: "success", host_id: cloud.host.hostId, host: "host-0f8f" };
  expect(made?.secret_id).toMatch(/^[0-9a-f-]{36}$/);
  expect(all).toMatchObject([
    { ...byDemo, result: "success", host_id: null },
    onHost,
    onHost,
    { ...byAdmin, result: "denied", reason: expect.stringContaining("not allowed") },
    { ...byDemo, result: "success" },
    onHost,
    { ...byDemo, result: "success" },
    onHost,
    { ...byAdmin, result: "success" },
  ]);
  const text = JSON.stringify(all);
  for (const passphrase of cloud.host.passphrases) expect(text).not.toContain(passphrase.slice(0, 40));
});

test("a step that is repeated seals again, and says so", async () => {
  cloud.host.failNext("tpmManufacture", "unavailable", 1);
  const id = await kit.made(cloud.demo, image, { flavorRef: flavor });
  expect(short(await events(`server=${id}`))).toEqual([
    "created create",
    "sealed create",
    "sealed create",
    "sealed create",
  ]);
  await kit.remove(id);
});

test("a secret that is gone is an error", async () => {
  const id = await kit.made(cloud.demo, image, { flavorRef: flavor });
  await act(cloud.demo, id, { "os-stop": null });
  const [{ secret_id: secretId } = { secret_id: "" }] = await events(`server=${id}&event=created`);
  await cloud.demo.send("DELETE", `/key-manager/v1/secrets/${secretId}`);
  await act(cloud.demo, id, { "os-start": null });
  expect(await events(`server=${id}&event=read`)).toMatchObject([
    { result: "error", operation: "start", reason: expect.stringContaining("not found") },
  ]);
  await kit.remove(id);
  // It was no longer there to be deleted by the cloud.
  expect(await events(`server=${id}&event=deleted`)).toEqual([]);
});

test("a create that is refused after its passphrase was stored deletes it, and says so", async () => {
  const quota = `/compute/v2.1/os-quota-sets/${cloud.demo.projectId}`;
  await cloud.admin.send("PUT", quota, { quota_set: { cores: 0 } });
  const before = (await events("limit=1000")).length;
  const refused = await kit.create(cloud.demo, image, { server: { flavorRef: flavor } });
  expect(refused.status).toBe(403);
  await cloud.admin.send("DELETE", quota);
  const all = (await events("limit=1000")).slice(before);
  expect(short(all)).toEqual(["created create", "deleted create"]);
  expect(new Set(all.map((event) => event.secret_id)).size).toBe(1);
  expect(new Set(all.map((event) => event.request_id))).toEqual(
    new Set([refused.headers.get("x-openstack-request-id")]),
  );
});

test("the owner does not read the audit; the catalogue leads to it", async () => {
  expect((await cloud.demo.send("GET", "/sealstone/v1/audit")).status).toBe(403);
  const { body } = await cloud.demo.send("GET", "/identity/v3/auth/catalog");
  const entry = (body.catalog as { type: string; endpoints: { url: string }[] }[]).find(
    ({ type }) => type === "sealstone",
  );
  expect(entry?.endpoints[0]?.url).toBe(`${cloud.url}/sealstone/v1`);
  const root = await eventually(async () => (await fetch(`${cloud.url}/sealstone`)).json());
  expect(root).toMatchObject({ versions: [{ id: "v1.0" }] });
});
