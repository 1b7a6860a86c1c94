import { afterAll, beforeAll, expect, test } from "vitest";
import { startPlacement, type TestPlacement } from "../testing/start.ts";

let cloud: TestPlacement;
let path: string;
beforeAll(async () => {
  cloud = await startPlacement();
  const { body } = await cloud.send("POST", "/resource_providers", { body: { name: "host" } });
  path = `/resource_providers/${body.uuid}/traits`;
});
afterAll(() => cloud.close());

const names = async (query: string) => (await cloud.send("GET", `/traits?${query}`)).body.traits;

test("the vTPM traits are standard", async () => {
  expect(await names("name=startswith:COMPUTE_SECURITY_TPM")).toEqual([
    "COMPUTE_SECURITY_TPM_1_2",
    "COMPUTE_SECURITY_TPM_2_0",
    "COMPUTE_SECURITY_TPM_CRB",
    "COMPUTE_SECURITY_TPM_SECRET_SECURITY_DEPLOYMENT",
    "COMPUTE_SECURITY_TPM_SECRET_SECURITY_HOST",
    "COMPUTE_SECURITY_TPM_SECRET_SECURITY_USER",
    "COMPUTE_SECURITY_TPM_TIS",
  ]);
  expect((await cloud.send("GET", "/traits/COMPUTE_SECURITY_TPM_CRB")).status).toBe(204);
  expect((await cloud.send("GET", "/traits/COMPUTE_SECURITY_TPM_3_0")).status).toBe(404);
  expect((await cloud.send("GET", "/traits", { at: "1.5" })).status).toBe(404);
});

test("custom traits, set on a provider, filtered by it", async () => {
  expect((await cloud.send("PUT", "/traits/NOT_CUSTOM")).status).toBe(400);
  const created = await cloud.send("PUT", "/traits/CUSTOM_A");
  expect(created.status).toBe(201);
  expect(created.headers["location"]).toMatch(/\/placement\/traits\/CUSTOM_A$/);
  expect((await cloud.send("PUT", "/traits/CUSTOM_A")).status).toBe(204);
  const body = { resource_provider_generation: 0, traits: ["HW_CPU_X86_SSE", "CUSTOM_A"] };
  expect((await cloud.send("PUT", path, { body })).body).toEqual({
    ...body,
    resource_provider_generation: 1,
  });
  expect((await cloud.send("PUT", path, { body })).status).toBe(409);
  // The same set again is no change.
  const same = { ...body, resource_provider_generation: 1 };
  expect((await cloud.send("PUT", path, { body: same })).body.resource_provider_generation).toBe(1);
  expect((await cloud.send("PUT", path, { body: { ...same, traits: ["CUSTOM_B"] } })).status).toBe(400);
  expect(await names("associated=true")).toEqual(["HW_CPU_X86_SSE", "CUSTOM_A"]);
  expect(await names("name=in:CUSTOM_A,VCPU,HW_CPU_X86_AVX&associated=false")).toEqual(["HW_CPU_X86_AVX"]);
  expect((await cloud.send("GET", "/traits?name=CUSTOM_A")).status).toBe(400);
  expect((await cloud.send("GET", "/traits?associated=x")).status).toBe(400);
  expect((await cloud.send("DELETE", "/traits/CUSTOM_A")).status).toBe(409);
  expect((await cloud.send("DELETE", path)).status).toBe(204);
  expect((await cloud.send("GET", path)).body).toEqual({ traits: [], resource_provider_generation: 2 });
  expect((await cloud.send("DELETE", "/traits/CUSTOM_A")).status).toBe(204);
  expect((await cloud.send("DELETE", "/traits/CUSTOM_A")).status).toBe(404);
  expect((await cloud.send("DELETE", "/traits/HW_CPU_X86_SSE")).status).toBe(400);
});
