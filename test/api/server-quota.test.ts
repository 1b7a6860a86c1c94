import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, imageMake } from "../kit/client.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

let cloud: TestCloud;
let imageRef: string;
beforeAll(async () => {
  cloud = await startTestCloud();
  imageRef = await imageMake(cloud.demo);
});
afterAll(() => cloud.stop());

const quotas = (): string => `/compute/v2.1/os-quota-sets/${cloud.demo.projectId}`;

async function create(flavorName: string) {
  const { flavors } = (await cloud.demo.send("GET", "/compute/v2.1/flavors")).body as {
    flavors: { name: string; id: string }[];
  };
  const flavorRef = flavors.find(({ name }) => name === flavorName)?.id ?? "";
  const server = { name: "q", imageRef, flavorRef, networks: "none" };
  return cloud.demo.send("POST", "/compute/v2.1/servers", { server }, "2.37");
}

test("a server beyond the project's quota is 403 in Nova's words, and leaves no server and no secret", async () => {
  await cloud.admin.send("PUT", quotas(), { quota_set: { instances: 1 } });
  const first = await create("vtpm.small");
  expect(first.status).toBe(202);
  const second = await create("vtpm.small");
  expect(second.status).toBe(403);
  expect(second.body.forbidden.message).toBe(
    "Quota exceeded for instances: Requested 1, but already used 1 of 1 instances",
  );
  expect((await cloud.demo.send("GET", "/compute/v2.1/servers")).body.servers).toHaveLength(1);
  await eventually(async () => {
    const { secrets } = (await cloud.demo.send("GET", "/key-manager/v1/secrets")).body as {
      secrets: unknown[];
    };
    return secrets.length === 1 ? true : undefined;
  });
  const path = `/compute/v2.1/servers/${first.body.server.id}`;
  await cloud.demo.send("DELETE", path);
  await eventually(async () => ((await cloud.demo.send("GET", path)).status === 404 ? true : undefined));
  expect((await create("plain.small")).status).toBe(202);
});

test("memory and processors count together; of two requests at once only one takes the last place", async () => {
  await cloud.admin.send("PUT", quotas(), { quota_set: { instances: 10, cores: 2, ram: 256 } });
  const over = await create("plain.small");
  expect(over.body.forbidden.message).toMatch(
    /^Quota exceeded for ram: Requested 256, but already used 256 of 256 ram$/,
  );
  await cloud.admin.send("PUT", quotas(), { quota_set: { cores: 2, ram: -1 } });
  const answers = await Promise.all([create("plain.small"), create("plain.small")]);
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([202, 403]);
});
