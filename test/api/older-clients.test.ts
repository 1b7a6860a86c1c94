import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

/** What clients of older clouds ask for. */

const compute = "/compute/v2.1";

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await startTestCloud();
});
afterAll(() => cloud.stop());

test("a path may name the project of the token, and no other", async () => {
  const named = `${compute}/${cloud.demo.projectId}`;
  for (const path of ["/flavors", "/flavors/detail?limit=1", "/servers", "/os-keypairs"]) {
    const [plain, project] = [
      await cloud.demo.send("GET", compute + path),
      await cloud.demo.send("GET", named + path),
    ];
    expect(project.status, path).toBe(200);
    expect(project.body).toEqual(plain.body);
  }
  const keypair = { keypair: { name: "older" } };
  expect((await cloud.demo.send("POST", `${named}/os-keypairs`, keypair)).status).toBe(200);
  const other = await cloud.demo.send("GET", `${compute}/${cloud.admin.projectId}/servers`);
  expect([other.status, other.body.badRequest?.message]).toEqual([
    400,
    `Malformed request URL: URL's project_id '${cloud.admin.projectId}' doesn't match Context's project_id '${cloud.demo.projectId}'`,
  ]);
  expect((await fetch(`${cloud.url}${named}/servers`)).status).toBe(401);
  expect((await cloud.demo.send("GET", `${named}/nothing`)).status).toBe(404);
});

test("an action that another microversion has is not found; one that none has is no action", async () => {
  const path = `${compute}/servers/${crypto.randomUUID()}/action`;
  const act = async (body: object, version: string): Promise<number> =>
    (await cloud.demo.send("POST", path, body, version)).status;
  const vnc = { "os-getVNCConsole": { type: "novnc" } };
  expect(await act(vnc, "2.6")).toBe(404);
  expect(await act({ trigger_crash_dump: null }, "2.16")).toBe(404);
  expect(await act({ "os-makeCoffee": null }, "2.16")).toBe(400);
});
