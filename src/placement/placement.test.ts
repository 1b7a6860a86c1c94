import { afterEach, beforeEach, expect, test } from "vitest";
import { newUuid } from "#base/ids.ts";
import { startPlacement, type TestPlacement } from "./testing/start.ts";

let cloud: TestPlacement;
beforeEach(async () => {
  cloud = await startPlacement();
});
afterEach(() => cloud.close());

const uuid = "11111111-2222-4333-8444-555555555555";
const report = {
  uuid,
  name: "host-1",
  inventories: {
    VCPU: { total: 4, reserved: 1, maxUnit: 4, allocationRatio: 2 },
    MEMORY_MB: { total: 2048, maxUnit: 2048 },
  },
  traits: ["COMPUTE_SECURITY_TPM_2_0", "COMPUTE_SECURITY_TPM_CRB", "HW_CPU_X86_AVX"],
};

async function traits(): Promise<string[]> {
  return (await cloud.send("GET", `/resource_providers/${uuid}/traits`)).body.traits;
}

async function generation(): Promise<number> {
  return (await cloud.send("GET", `/resource_providers/${uuid}`)).body.generation;
}

test("the same report again writes nothing; a changed one does", async () => {
  await cloud.placement.providerEnsure(report);
  const first = await generation();
  await cloud.placement.providerEnsure(report);
  expect(await generation()).toBe(first);
  await cloud.placement.providerEnsure({ ...report, inventories: { VCPU: { total: 8 } } });
  expect(await generation()).toBe(first + 1);
  const { inventories } = (await cloud.send("GET", `/resource_providers/${uuid}/inventories`)).body;
  // What the report leaves out stays as it was; a class that it no longer has goes.
  expect(inventories).toEqual({
    VCPU: { total: 8, reserved: 1, min_unit: 1, max_unit: 4, step_size: 1, allocation_ratio: 2 },
  });
});

test("a report manages the host's own traits only", async () => {
  await cloud.placement.providerEnsure(report);
  await cloud.send("PUT", "/traits/CUSTOM_GOLD");
  const body = {
    traits: ["COMPUTE_SECURITY_TPM_2_0", "HW_CPU_X86_AVX", "COMPUTE_TRUSTED_CERTS", "CUSTOM_GOLD"],
    resource_provider_generation: await generation(),
  };
  expect((await cloud.send("PUT", `/resource_providers/${uuid}/traits`, { body })).status).toBe(200);
  await cloud.placement.providerEnsure({
    ...report,
    traits: ["COMPUTE_SECURITY_TPM_2_0", "COMPUTE_SECURITY_TPM_TIS"],
  });
  // AVX was the host's and went, TRUSTED_CERTS and GOLD are the operator's and stay.
  expect(await traits()).toEqual([
    "COMPUTE_SECURITY_TPM_2_0",
    "COMPUTE_SECURITY_TPM_TIS",
    "COMPUTE_TRUSTED_CERTS",
    "CUSTOM_GOLD",
  ]);
});

test("a host's traits of each vTPM kind are known; an invented one is refused", async () => {
  const vtpm = [
    "COMPUTE_SECURITY_TPM_1_2",
    "COMPUTE_SECURITY_TPM_SECRET_SECURITY_DEPLOYMENT",
    "COMPUTE_SECURITY_TPM_SECRET_SECURITY_HOST",
    "COMPUTE_SECURITY_TPM_SECRET_SECURITY_USER",
    "COMPUTE_SECURITY_TPM_TIS",
  ];
  await cloud.placement.providerEnsure({ ...report, traits: vtpm });
  expect(await traits()).toEqual(vtpm);
  await expect(cloud.placement.providerEnsure({ ...report, traits: ["COMPUTE_FLYING"] })).rejects.toThrow(
    /host-1.*COMPUTE_FLYING/,
  );
});

test("another host of the same name is refused and says what to do", async () => {
  await cloud.placement.providerEnsure(report);
  await expect(cloud.placement.providerEnsure({ ...report, uuid: newUuid() })).rejects.toMatchObject({
    code: "already-exists",
    message: expect.stringContaining("different names"),
  });
});

test("claim, claim again, release, release again", async () => {
  await cloud.placement.providerEnsure(report);
  const claim = {
    consumerUuid: newUuid(),
    providerUuid: uuid,
    resources: { VCPU: 4 },
    projectId: "p",
    userId: "u",
  };
  await cloud.placement.allocationClaim(claim);
  await cloud.placement.allocationClaim(claim);
  const held = [{ providerUuid: uuid, providerName: "host-1", resources: { VCPU: 4 } }];
  expect(await cloud.placement.allocationsOf(claim.consumerUuid)).toEqual(held);
  expect((await cloud.send("GET", `/resource_providers/${uuid}/usages`)).body.usages).toEqual({
    VCPU: 4,
    MEMORY_MB: 0,
  });
  const other = { ...claim, resources: { VCPU: 1 } };
  await expect(cloud.placement.allocationClaim(other)).rejects.toMatchObject({ code: "conflict" });
  await expect(cloud.placement.providerRemove(uuid)).rejects.toMatchObject({ code: "conflict" });
  await cloud.placement.allocationRelease(claim.consumerUuid);
  await cloud.placement.allocationRelease(claim.consumerUuid);
  expect(await cloud.placement.allocationsOf(claim.consumerUuid)).toEqual([]);
  await cloud.placement.providerRemove(uuid);
  await cloud.placement.providerRemove(uuid);
  await expect(cloud.placement.allocationClaim(claim)).rejects.toMatchObject({ code: "no-capacity" });
});

test("many claims at once never take more than there is", async () => {
  await cloud.placement.providerEnsure(report);
  const claims = Array.from({ length: 40 }, () =>
    cloud.placement.allocationClaim({
      consumerUuid: newUuid(),
      providerUuid: uuid,
      resources: { VCPU: 1, MEMORY_MB: 1 },
      projectId: "p",
      userId: "u",
    }),
  );
  const results = await Promise.allSettled(claims);
  expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(6);
  for (const result of results) {
    if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "no-capacity" });
  }
  const { usages } = (await cloud.send("GET", `/resource_providers/${uuid}/usages`)).body;
  expect(usages).toEqual({ VCPU: 6, MEMORY_MB: 6 });
});

test("candidates follow room, required and forbidden traits, limit", async () => {
  for (const index of [1, 2, 3]) {
    await cloud.placement.providerEnsure({ ...report, uuid: newUuid(), name: `host-${index}` });
  }
  await cloud.placement.providerEnsure({ ...report, uuid: newUuid(), name: "plain", traits: [] });
  const find = async (query: Partial<Parameters<typeof cloud.placement.candidatesFind>[0]>) =>
    (await cloud.placement.candidatesFind({ resources: { VCPU: 1 }, requiredTraits: [], ...query })).map(
      (host) => host.providerName,
    );
  const tpm = ["COMPUTE_SECURITY_TPM_2_0", "COMPUTE_SECURITY_TPM_CRB"];
  expect(await find({ requiredTraits: tpm })).toEqual(["host-1", "host-2", "host-3"]);
  expect(await find({ requiredTraits: tpm, limit: 2 })).toEqual(["host-1", "host-2"]);
  expect(await find({ forbiddenTraits: ["COMPUTE_SECURITY_TPM_CRB"] })).toEqual(["plain"]);
  expect(await find({ requiredTraits: ["COMPUTE_SECURITY_TPM_1_2"] })).toEqual([]);
  expect(await find({ resources: { VCPU: 7 } })).toEqual([]);
  await expect(find({ resources: { CUSTOM_NONE: 1 } })).rejects.toMatchObject({ code: "invalid" });
});
