import { hostname } from "node:os";
import { afterAll, beforeAll, expect, test } from "vitest";
import { imageMake } from "../kit/client.ts";
import { serverKit } from "../kit/servers.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

let cloud: TestCloud;
const kit = serverKit(() => cloud);
beforeAll(async () => {
  cloud = await startTestCloud();
});
afterAll(() => cloud.stop());

const compute = "/compute/v2.1";
const services = `${compute}/os-services`;
const hypervisors = `${compute}/os-hypervisors`;
const admin = (method: string, at: string, body?: unknown, version?: string) =>
  cloud.admin.send(method, at, body, version);

async function theHost(): Promise<{ id: string; host: string; status: string; forced_down: boolean }> {
  return (await admin("GET", services, undefined, "2.53")).body.services[0];
}

test("a service forced down is down for the API, and gets no servers until it is let up again", async () => {
  const { id, host } = await theHost();
  const put = await admin("PUT", `${services}/${id}`, { forced_down: true }, "2.53");
  expect(put.body.service).toMatchObject({ id, forced_down: true, state: "down", status: "enabled" });
  expect((await admin("GET", hypervisors)).body.hypervisors[0].state).toBe("down");
  const old = { host, binary: "nova-compute", forced_down: "False" };
  expect((await admin("PUT", `${services}/force-down`, old, "2.11")).body).toEqual({
    service: { host, binary: "nova-compute", forced_down: false },
  });
  expect(await theHost()).toMatchObject({ forced_down: false });
});

test("a service is disabled with a reason and enabled, by id and by the older forms", async () => {
  const { id, host } = await theHost();
  const named = { host, binary: "nova-compute" };
  const reasoned = { ...named, disabled_reason: "new disk" };
  expect((await admin("PUT", `${services}/disable-log-reason`, reasoned)).body.service).toEqual({
    ...reasoned,
    status: "disabled",
  });
  expect((await admin("GET", services)).body.services[0]).toMatchObject({
    status: "disabled",
    disabled_reason: "new disk",
  });
  expect((await admin("PUT", `${services}/enable`, named)).body.service.status).toBe("enabled");
  const put = await admin("PUT", `${services}/${id}`, { status: "disabled", disabled_reason: "x" }, "2.53");
  expect(put.body.service).toMatchObject({ status: "disabled", disabled_reason: "x" });
  expect((await admin("PUT", `${services}/${id}`, { status: "enabled" }, "2.53")).body.service).toMatchObject(
    {
      status: "enabled",
      disabled_reason: null,
    },
  );
});

test("the control plane is what Nova's conductor and scheduler are: listed, and not to be changed", async () => {
  const own = (query: string, version = "2.53") => admin("GET", `${services}${query}`, undefined, version);
  const [scheduler] = (await own("?binary=nova-scheduler")).body.services as { id: string }[];
  expect(scheduler).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    binary: "nova-scheduler",
    host: hostname(),
    zone: "internal",
    status: "enabled",
    state: "up",
    updated_at: expect.any(String),
    disabled_reason: null,
    forced_down: false,
  });
  const all = (await own(`?host=${hostname()}`, "2.1")).body.services as { id: number; binary: string }[];
  expect(all.map(({ binary }) => binary)).toEqual(["nova-conductor", "nova-scheduler"]);
  const path = `${services}/${scheduler?.id}`;
  for (const answer of [
    await admin("PUT", path, { status: "disabled" }, "2.53"),
    await admin("DELETE", path, undefined, "2.53"),
    await admin("DELETE", `${services}/${all[1]?.id}`),
  ]) {
    expect([answer.status, answer.body.badRequest?.message]).toEqual([
      400,
      "Updating a nova-scheduler service is not supported. Only nova-compute services can be updated.",
    ]);
  }
  const { availabilityZoneInfo: zones } = (await admin("GET", `${compute}/os-availability-zone/detail`)).body;
  expect(zones.at(-1)).toMatchObject({
    zoneName: "internal",
    zoneState: { available: true },
    hosts: { [hostname()]: { "nova-conductor": { active: true }, "nova-scheduler": { available: true } } },
  });
});

test.each([
  ["disable-log-reason", { host: "h", binary: "nova-compute" }, "2.1", 400],
  ["disable", { host: "nobody", binary: "nova-compute" }, "2.1", 404],
  ["disable", { host: "h", binary: "nova-scheduler" }, "2.1", 400],
  ["force-down", { host: "h", binary: "nova-compute" }, "2.10", 404],
  ["explode", { host: "h", binary: "nova-compute" }, "2.1", 404],
  ["not-a-uuid", { status: "enabled" }, "2.53", 400],
  ["0f8fad5b-d9cb-469f-a165-70867728950e", {}, "2.53", 400],
  ["0f8fad5b-d9cb-469f-a165-70867728950e", { status: "enabled", disabled_reason: "x" }, "2.53", 400],
  ["ffffffff-d9cb-469f-a165-70867728950e", { status: "enabled" }, "2.53", 404],
])("PUT /os-services/%s with %j at %s is %i", async (name, body, version, status) => {
  expect((await admin("PUT", `${services}/${name}`, body, version)).status).toBe(status);
});

test("a host with servers is not forgotten; without any it goes from services, aggregates and Placement", async () => {
  const extra = await cloud.hostAdd("2f8fad5b-d9cb-469f-a165-70867728950e");
  extra.stop();
  const { host } = (await admin("GET", services, undefined, "2.53")).body.services[1];
  const id = await kit.made(cloud.demo, await imageMake(cloud.demo));
  const { id: first } = await theHost();
  expect((await admin("DELETE", `${services}/${first}`, undefined, "2.53")).status).toBe(409);
  await kit.remove(id);
  const aggregate = await admin("POST", `${compute}/os-aggregates`, { aggregate: { name: "a" } });
  const at = `${compute}/os-aggregates/${aggregate.body.aggregate.id}`;
  await admin("POST", `${at}/action`, { add_host: { host } });
  expect((await admin("DELETE", `${services}/x`)).status).toBe(400);
  expect((await admin("DELETE", `${services}/${extra.hostId}`, undefined, "2.53")).status).toBe(204);
  expect((await admin("GET", `${services}?binary=nova-compute`)).body.services).toHaveLength(1);
  expect((await admin("GET", at)).body.aggregate.hosts).toEqual([]);
  const provider = await admin("GET", `/placement/resource_providers/${extra.hostId}`);
  expect(provider.status).toBe(404);
});

test("hypervisors: pages since 2.33, patterns and servers since 2.53, UUIDs then and numbers before", async () => {
  const { id, host } = await theHost();
  const list = async (query: string, version: string) =>
    admin("GET", `${hypervisors}${query}`, undefined, version);
  expect((await list("?limit=0&marker=x", "2.32")).body.hypervisors).toHaveLength(1);
  expect((await list("?limit=1", "2.33")).body.hypervisors_links[0].href).toContain("marker=1");
  expect((await list("?marker=1", "2.33")).body.hypervisors).toEqual([]);
  expect((await list(`?marker=${id}`, "2.33")).status).toBe(400);
  expect((await list(`?marker=${id}`, "2.53")).body.hypervisors).toEqual([]);
  expect((await list(`?hypervisor_hostname_pattern=none`, "2.52")).body.hypervisors).toHaveLength(1);
  expect((await list(`?hypervisor_hostname_pattern=none`, "2.53")).status).toBe(404);
  expect((await list(`?hypervisor_hostname_pattern=${host}&limit=1`, "2.53")).status).toBe(400);
  expect((await list("?with_servers=foo", "2.53")).status).toBe(400);
  expect((await list("?with_servers=true", "2.74")).body.hypervisors[0]).not.toHaveProperty("servers");
  expect((await list("?with_servers=true", "2.75")).body.hypervisors[0].servers).toEqual([]);
  expect((await list("?other=1", "2.53")).status).toBe(400);
  expect((await list("/1", "2.52")).body.hypervisor.id).toBe(1);
  expect((await list(`/${id}`, "2.52")).status).toBe(404);
  expect((await list("/1", "2.53")).body.badRequest.message).toBe("Invalid uuid 1");
  expect((await list(`/${id}`, "2.88")).body.hypervisor).not.toHaveProperty("vcpus");
  expect((await list("/1/uptime", "2.53")).status).toBe(400);
  const uptime = expect.stringMatching(/ up .* load average: /) as string;
  expect((await list(`/${id}/uptime`, "2.53")).body.hypervisor).toMatchObject({ id, state: "up", uptime });
  expect((await list(`/${id}`, "2.88")).body.hypervisor.uptime).toEqual(uptime);
});

test("os-hosts lists, shows and disables until 2.42, and has no power over hosts", async () => {
  const { host } = await theHost();
  const hosts = `${compute}/os-hosts`;
  expect((await admin("GET", hosts)).body.hosts).toEqual([
    { host_name: host, service: "compute", zone: "nova" },
    { host_name: hostname(), service: "conductor", zone: "internal" },
    { host_name: hostname(), service: "scheduler", zone: "internal" },
  ]);
  expect((await admin("GET", `${hosts}?zone=other`)).body.hosts).toEqual([]);
  expect((await admin("GET", `${hosts}?zone=internal`)).body.hosts).toHaveLength(2);
  const shown = await admin("GET", `${hosts}/${host}`);
  expect(shown.body.host[0].resource).toMatchObject({ host, project: "(total)" });
  expect((await admin("GET", `${hosts}/nobody`)).status).toBe(404);
  expect((await admin("GET", `${hosts}/${host}/reboot`)).status).toBe(501);
  expect((await admin("PUT", `${hosts}/${host}`, {})).status).toBe(400);
  expect((await admin("PUT", `${hosts}/${host}`, { status: "disable" })).body).toEqual({
    host,
    status: "disabled",
  });
  expect((await admin("PUT", `${hosts}/${host}`, { status: "enable" })).body.status).toBe("enabled");
  expect((await admin("PUT", `${hosts}/${host}`, { maintenance_mode: "enable" })).status).toBe(501);
  expect((await admin("GET", hosts, undefined, "2.43")).status).toBe(404);
});

test("what a project's servers took is shown while they live and after", async () => {
  const usages = `${compute}/os-simple-tenant-usage`;
  // The id is missing: no list.
  expect((await cloud.admin.send("GET", `${usages}/`)).status).toBe(404);
  expect((await cloud.admin.send("GET", `${compute}/`)).status).toBe(200);
  const own = `${usages}/${cloud.demo.projectId}`;
  const start = "start=2020-01-01T00:00:00&end=2100-01-01T00:00:00";
  const before = await cloud.demo.send("GET", `${own}?${start}`);
  const id = await kit.made(cloud.demo, await imageMake(cloud.demo), { name: "billed" });
  const find = async () => {
    const { body } = await cloud.demo.send("GET", `${own}?${start}`);
    return (body.tenant_usage.server_usages as { instance_id: string }[]).find(
      ({ instance_id: server }) => server === id,
    );
  };
  expect(await find()).toMatchObject({
    name: "billed",
    flavor: "plain.small",
    state: "active",
    ended_at: null,
  });
  await kit.remove(id);
  expect(await find()).toMatchObject({
    name: "billed",
    state: "terminated",
    tenant_id: cloud.demo.projectId,
  });
  const exact = ["2020-01-01T00:00:00.434452", "2020-01-01T00:00:01.000007"] as const;
  const window = await admin(
    "GET",
    `${usages}/${cloud.demo.projectId}?start=${exact[0]}&end=2100-01-01T00:00:00`,
  );
  expect(window.body.tenant_usage).toMatchObject({ start: exact[0] });
  const none = await admin("GET", `${usages}/${cloud.demo.projectId}?start=${exact[0]}&end=${exact[1]}`);
  expect(none.body).toEqual({ tenant_usage: {} });
  const all = await admin("GET", `${usages}?${start}&limit=1`, undefined, "2.40");
  expect(all.body.tenant_usages[0]).not.toHaveProperty("server_usages");
  expect(all.body.tenant_usages_links[0].rel).toBe("next");
  expect(before.status).toBe(200);
  expect((await cloud.demo.send("GET", `${own}?start=2100-01-01T00:00:00`)).status).toBe(400);
  expect((await cloud.demo.send("GET", `${own}?start=yesterday`)).status).toBe(400);
  expect((await cloud.demo.send("GET", usages)).status).toBe(403);
  const foreign = `${usages}/${cloud.admin.projectId}?${start}`;
  expect((await cloud.demo.send("GET", foreign)).status).toBe(403);
});

test("the usage audit has run on no host; its period is the last whole month", async () => {
  const path = `${compute}/os-instance_usage_audit_log`;
  const shown = await admin("GET", `${path}/2026-03-01%2000:00:00`);
  expect(shown.body.instance_usage_audit_log).toMatchObject({
    period_beginning: "2026-01-01 00:00:00",
    period_ending: "2026-02-01 00:00:00",
    num_hosts: 1,
    num_hosts_not_run: 1,
    overall_status: "0 of 1 hosts done. 0 errors.",
  });
  expect((await admin("GET", path)).body.instance_usage_audit_logs.num_hosts_done).toBe(0);
  expect((await admin("GET", `${path}/yesterday`)).status).toBe(400);
  expect((await cloud.demo.send("GET", path)).status).toBe(403);
});

test("extensions are listed and shown by alias", async () => {
  const { body } = await cloud.demo.send("GET", `${compute}/extensions`);
  expect(body.extensions.map(({ alias }: { alias: string }) => alias)).toContain("os-aggregates");
  expect((await cloud.demo.send("GET", `${compute}/extensions/os-hosts`)).body.extension.name).toBe("Hosts");
  expect((await cloud.demo.send("GET", `${compute}/extensions/none`)).status).toBe(404);
});
