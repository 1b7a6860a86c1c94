import { afterAll, beforeAll, expect, test } from "vitest";
import { imageMake } from "../kit/client.ts";
import { serverKit } from "../kit/servers.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

let cloud: TestCloud;
let image: string;
let hostname: string;
const { create, settled, remove } = serverKit(() => cloud);

beforeAll(async () => {
  cloud = await startTestCloud();
  image = await imageMake(cloud.demo, { visibility: "private" });
  hostname = `host-${cloud.host.hostId.slice(0, 4)}`;
});
afterAll(() => cloud.stop());

const servers = "/compute/v2.1/servers";

test.each([
  [{ host: "HOST" }, "compute:servers:create:requested_destination"],
  [{ hypervisor_hostname: "HOST" }, "compute:servers:create:requested_destination"],
  [{ availability_zone: "nova:HOST" }, "os_compute_api:servers:create:forced_host"],
  [{ availability_zone: "nova::HOST" }, "os_compute_api:servers:create:forced_host"],
])("only administrators choose a host: %j", async (server, rule) => {
  const asked = JSON.parse(JSON.stringify(server).replace("HOST", hostname)) as object;
  const refused = await create(cloud.demo, image, { server: asked });
  expect(refused).toMatchObject({
    status: 403,
    body: { forbidden: { message: `Policy doesn't allow ${rule} to be performed.` } },
  });
  const own = await imageMake(cloud.admin);
  const taken = await create(cloud.admin, own, { server: asked });
  expect(taken.status, JSON.stringify(taken.body)).toBe(202);
  expect(await settled(taken.body.server.id)).toMatchObject({ "OS-EXT-SRV-ATTR:host": hostname });
  await remove(taken.body.server.id as string);
  const unknown = JSON.parse(JSON.stringify(server).replace("HOST", "elsewhere")) as object;
  expect((await create(cloud.admin, own, { server: unknown })).body.badRequest.message).toBe(
    "Compute host elsewhere could not be found.",
  );
});

test("the host that was asked for is the only one that will do", async () => {
  const other = await cloud.hostAdd("7a6f1c11-0f1d-4a0e-9a53-0a7d4d6a4d10");
  const own = await imageMake(cloud.admin);
  for (const [host, hostId] of [
    [hostname, cloud.host.hostId],
    ["host-7a6f", other.hostId],
  ] as const) {
    const { body } = await create(cloud.admin, own, { server: { host } });
    expect(await settled(body.server.id)).toMatchObject({ "OS-EXT-SRV-ATTR:host": host });
    const path = `/placement/resource_providers/${hostId}/allocations`;
    const { allocations } = (await cloud.admin.send("GET", path)).body;
    expect(Object.keys(allocations as object)).toEqual([body.server.id]);
    await remove(body.server.id as string);
  }
  other.stop();
});

test.each([
  [{ availability_zone: "mars" }, "The requested availability zone is not available"],
  [{ config_drive: "perhaps" }, /config_drive/],
  [{ trusted_image_certificates: ["a", "a"] }, /trusted_image_certificates/],
  [{ min_count: 2, max_count: 1 }, "min_count must be <= max_count"],
  [{ security_groups: [{ name: "default" }, { name: "web" }] }, "Security group web not found."],
  [{ key_name: null }, /key_name/],
  [{ block_device_mapping_v2: [{ source_type: "tape" }] }, /source_type/],
  [{ networks: [{ uuid: "net" }] }, /uuid/],
  [{ name: "a\u0007b" }, /name/],
  [{ name: " a" }, /name/],
  [{ description: "a\u0000b" }, /description/],
  [{ user_data: "not base64!" }, /user_data/],
  [{ user_data: "AAA" }, /user_data/],
  [{ imageRef: "http://127.0.0.1/images/7a0b0f7c-90a1-4ae3-b1cf-8d2a2a5d9c11" }, /imageRef/],
  [{ accessIPv4: "1.2.3" }, /accessIPv4/],
  [{ hostname: "a_b!" }, /hostname/],
])("what is not served or not sound is refused, and nothing is created: %j", async (server, message) => {
  const answer = await create(cloud.demo, image, { server });
  expect(answer.status, JSON.stringify(answer.body)).toBe(400);
  expect(answer.body.badRequest.message).toMatch(message);
  expect((await cloud.demo.send("GET", servers)).body.servers).toEqual([]);
});

test("scheduler hints of filters that are not there are taken under both their names, and ill-formed ones are not", async () => {
  for (const name of ["os:scheduler_hints", "OS-SCH-HNT:scheduler_hints"]) {
    for (const hints of [{ query: 1 }, { build_near_host_ip: "near" }, { cidr: "24" }])
      expect((await create(cloud.demo, image, { body: { [name]: hints } })).status).toBe(400);
    const others = {
      query: '[">=", "$free_ram_mb", 1024]',
      build_near_host_ip: "192.0.2.1",
      cidr: "/24",
      reservation: "a",
    };
    const { status, body } = await create(cloud.demo, image, { body: { [name]: others } });
    expect(status).toBe(202);
    await settled(body.server.id);
    await remove(body.server.id as string);
  }
});

test("addresses, disk configuration, tags and a full hostname are kept and shown", async () => {
  const kept = {
    accessIPv4: "192.0.2.1",
    accessIPv6: "2001:db8::c000:201",
    "OS-DCF:diskConfig": "AUTO",
    tags: ["a", "b"],
  };
  const { body } = await create(cloud.demo, image, {
    server: {
      ...kept,
      accessIPv6: "2001:0DB8:0:0:0:0:192.0.2.1",
      hostname: "a.example.org",
      availability_zone: "nova",
      config_drive: "off",
      security_groups: [{ name: "default" }],
    },
  });
  expect(body.server["OS-DCF:diskConfig"]).toBe("AUTO");
  // Without a NIC it is in none, so none is shown; the answer to the request says what was asked for.
  expect(body.server.security_groups).toEqual([{ name: "default" }]);
  expect(await settled(body.server.id)).toMatchObject({
    ...kept,
    "OS-EXT-SRV-ATTR:hostname": "a.example.org",
  });
  await remove(body.server.id as string);
});

test("a hostname with dots is refused below 2.94, one of a single character below too", async () => {
  for (const name of ["a.example.org", "a"]) {
    const answer = await create(cloud.demo, image, { server: { hostname: name }, version: "2.93" });
    expect(answer.status).toBe(400);
  }
});

test("a flavor without a root disk is for administrators", async () => {
  const flavor = await cloud.admin.send("POST", "/compute/v2.1/flavors", {
    flavor: { name: "no-disk", ram: 256, vcpus: 1, disk: 0 },
  });
  const flavorRef = flavor.body.flavor.id as string;
  expect(await create(cloud.demo, image, { server: { flavorRef } })).toMatchObject({
    status: 403,
    body: { forbidden: { message: "Only volume-backed servers are allowed for flavors with zero disk." } },
  });
  const taken = await create(cloud.admin, await imageMake(cloud.admin), { server: { flavorRef } });
  expect(taken.status).toBe(202);
  await settled(taken.body.server.id);
  await remove(taken.body.server.id as string);
});

test("a server that was made before 2.19 has its name as its description", async () => {
  for (const [version, description] of [
    ["2.18", "s"],
    ["2.19", null],
  ] as const) {
    const { status, body } = await create(cloud.demo, image, { server: { networks: undefined }, version });
    expect(status, JSON.stringify(body)).toBe(202);
    expect(await settled(body.server.id)).toMatchObject({ name: "s", description });
    await remove(body.server.id as string);
  }
});
