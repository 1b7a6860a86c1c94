import { afterAll, beforeAll, expect, test } from "vitest";
import { policyFileParse, policyRulesMerge, type PolicyRules } from "#policy/index.ts";
import { policyOf } from "#policy/index.ts";
import { servicePolicyRules } from "../../src/main/policy-rules.ts";
import { imageMake } from "../kit/client.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";
import { serverKit } from "../kit/servers.ts";

const file = `
"os_compute_api:os-hypervisors:list": "role:member"
"identity:list_regions": "!"
"secrets:post": "role:secretary"
add_image: "rule:painter"
painter: "role:member and not role:admin"
`;

let cloud: TestCloud;
beforeAll(async () => {
  const defaults = Object.assign({}, ...servicePolicyRules) as PolicyRules;
  const policy = policyOf(policyRulesMerge(defaults, policyFileParse("policy.yaml", file)));
  cloud = await startTestCloud({ policy });
});
afterAll(() => cloud.stop());

test("the operator's rules open and close, in every service", async () => {
  expect((await cloud.demo.send("GET", "/compute/v2.1/os-hypervisors")).status).toBe(200);
  const regions = await cloud.admin.send("GET", "/identity/v3/regions");
  expect(regions.status).toBe(403);
  const image = { name: "i", disk_format: "raw", container_format: "bare" };
  expect((await cloud.demo.send("POST", "/image/v2/images", image)).status).toBe(201);
  expect((await cloud.admin.send("POST", "/image/v2/images", image)).status).toBe(403);
  const secret = { name: "s", payload: "x", payload_content_type: "text/plain" };
  expect((await cloud.admin.send("POST", "/key-manager/v1/secrets", secret)).status).toBe(403);
});

test("what another service stores in the caller's name obeys them too: no secret, no server", async () => {
  const imageRef = await imageMake(cloud.demo);
  const { create } = serverKit(() => cloud);
  const { flavors } = (await cloud.demo.send("GET", "/compute/v2.1/flavors")).body as {
    flavors: { name: string; id: string }[];
  };
  const flavorRef = flavors.find(({ name }) => name === "vtpm.small")?.id;
  const refused = await create(cloud.demo, imageRef, { server: { flavorRef } });
  expect(refused.status, JSON.stringify(refused.body)).toBe(403);
  expect((await cloud.demo.send("GET", "/compute/v2.1/servers")).body.servers).toEqual([]);
  const { audit_events: events } = (await cloud.admin.send("GET", "/sealstone/v1/audit")).body;
  expect(events).toMatchObject([
    { event: "denied", operation: "create", user_id: cloud.demo.userId, secret_id: null },
  ]);
  expect((await create(cloud.demo, imageRef)).status).toBe(202);
});
