import { afterAll, beforeAll, expect, test } from "vitest";
import { imageMake } from "../kit/client.ts";
import type { ScriptedHost } from "../kit/scripted-host.ts";
import { serverKit } from "../kit/servers.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

/** Traits and resource classes that flavors and images ask hosts for. */

const compute = "/compute/v2.1";
const placement = "/placement";

let cloud: TestCloud;
let golden: ScriptedHost;
const kit = serverKit(() => cloud);

beforeAll(async () => {
  cloud = await startTestCloud();
  golden = await cloud.hostAdd("1f8fad5b-d9cb-469f-a165-70867728950e");
  await place("PUT", "/traits/CUSTOM_GOLD");
  await place("PUT", "/resource_classes/CUSTOM_LICENCE");
  const path = `/resource_providers/${golden.hostId}`;
  const { traits, resource_provider_generation: generation } = await place("GET", `${path}/traits`);
  await place("PUT", `${path}/traits`, {
    traits: [...(traits as string[]), "CUSTOM_GOLD"],
    resource_provider_generation: generation,
  });
  await place("POST", `${path}/inventories`, { resource_class: "CUSTOM_LICENCE", total: 3 });
  // A host that reports itself once more leaves alone what is not its own.
  await golden.register();
});
afterAll(() => cloud.stop());

async function place(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const headers = { "openstack-api-version": "placement 1.36", "x-auth-token": cloud.admin.token };
  const answer = await fetch(cloud.url + placement + path, {
    method,
    headers: { ...headers, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  expect([200, 201, 204], text).toContain(answer.status);
  return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
}

let flavors = 0;

async function flavorWith(specs: Readonly<Record<string, string>>): Promise<string> {
  const flavor = { name: `traits ${(flavors += 1)}`, ram: 256, vcpus: 1, disk: 1 };
  const { body } = await cloud.admin.send("POST", `${compute}/flavors`, { flavor });
  const path = `${compute}/flavors/${body.flavor.id}/os-extra_specs`;
  expect((await cloud.admin.send("POST", path, { extra_specs: specs }, "2.86")).status).toBe(200);
  return body.flavor.id as string;
}

/** The server once it is made, or is not. */
async function madeWith(
  specs: Readonly<Record<string, string>>,
  properties: Readonly<Record<string, string>> = {},
): Promise<Record<string, unknown>> {
  const imageRef = await imageMake(cloud.demo, properties);
  const flavorRef = await flavorWith(specs);
  const { status, body } = await kit.create(cloud.demo, imageRef, { server: { flavorRef } });
  expect(status, JSON.stringify(body)).toBe(202);
  return kit.settled(body.server.id as string);
}

const hostOf = (server: Record<string, unknown>): unknown => server["OS-EXT-SRV-ATTR:host"];

test("a server goes where the traits are that flavor and image require, and off those that are forbidden", async () => {
  const placed = async (specs: Readonly<Record<string, string>>, properties = {}): Promise<unknown> => {
    const server = await madeWith(specs, properties);
    await kit.remove(server["id"] as string);
    return hostOf(server);
  };
  for (let count = 0; count < 3; count += 1) {
    expect(await placed({ "trait:CUSTOM_GOLD": "required" })).toBe("host-1f8f");
    expect(await placed({ "trait:CUSTOM_GOLD": "forbidden" })).toBe("host-0f8f");
    expect(await placed({}, { "trait:CUSTOM_GOLD": "required" })).toBe("host-1f8f");
  }
});

test("a flavor may take other resources than its own numbers, and custom ones", async () => {
  const server = await madeWith({
    "resources:CUSTOM_LICENCE": "2",
    "resources:DISK_GB": "0",
    "resources:VCPU": "2",
  });
  expect(hostOf(server)).toBe("host-1f8f");
  const { allocations } = await place("GET", `/allocations/${server["id"] as string}`);
  expect(allocations).toMatchObject({
    [golden.hostId]: { resources: { CUSTOM_LICENCE: 2, VCPU: 2, MEMORY_MB: 256 } },
  });
  expect(JSON.stringify(allocations)).not.toContain("DISK_GB");
  expect(await madeWith({ "resources:CUSTOM_LICENCE": "2" })).toMatchObject({ status: "ERROR" });
});

test("what no host has, and what nobody knows, is on no host", async () => {
  for (const specs of [
    { "trait:CUSTOM_NOBODY_KNOWS": "required" },
    { "trait:HW_CPU_X86_AVX512F": "required" },
    { "resources:CUSTOM_NOBODY_KNOWS": "1" },
  ]) {
    const server = await madeWith(specs);
    expect(server).toMatchObject({ status: "ERROR", fault: { code: 500 } });
    expect(JSON.stringify(server["fault"])).toContain("No valid host was found");
  }
});

test("a resize asks its host for the traits of the new flavor", async () => {
  const server = await madeWith({ "trait:CUSTOM_GOLD": "forbidden" });
  const id = server["id"] as string;
  const resized = async (specs: Readonly<Record<string, string>>): Promise<unknown> => {
    const resize = { flavorRef: await flavorWith(specs) };
    expect((await cloud.demo.send("POST", `${compute}/servers/${id}/action`, { resize })).status).toBe(202);
    return (await kit.settled(id))["status"];
  };
  expect(await resized({ "trait:CUSTOM_GOLD": "required" })).toBe("ACTIVE");
  expect(await resized({ "trait:COMPUTE_SECURITY_TPM_2_0": "forbidden" })).toBe("ACTIVE");
  const { body } = await cloud.demo.send("GET", `${compute}/servers/${id}/os-instance-actions`);
  expect(body.instanceActions.slice(0, 2)).toMatchObject([
    { action: "resize", message: "Error" },
    { action: "resize", message: "Error" },
  ]);
  const suiting = { "trait:COMPUTE_SECURITY_TPM_2_0": "required", "trait:CUSTOM_GOLD": "forbidden" };
  expect(await resized(suiting)).toBe("VERIFY_RESIZE");
});
