import { afterAll, beforeAll, expect, test } from "vitest";
import { clientOf, type Client } from "../kit/client.ts";
import { freePort, startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

let cloud: TestCloud;
let url: string;
let alone: Pick<Client, "send">;
beforeAll(async () => {
  const placementPort = await freePort();
  cloud = await startTestCloud({ placementPort });
  url = `http://127.0.0.1:${placementPort}`;
  alone = clientOf(url, cloud.admin.token);
});
afterAll(() => cloud.stop());

test("Placement on a port of its own has no path before its own, in links and locations too", async () => {
  expect((await alone.send("GET", "/")).body.versions[0]).toMatchObject({ id: "v1.0", status: "CURRENT" });
  const created = await alone.send("POST", "/resource_providers", { name: "by its own port" });
  const location = created.headers.get("location") ?? "";
  expect(location).toMatch(new RegExp(`^${url}/resource_providers/[0-9a-f-]{36}$`));
  const path = location.slice(url.length);
  const self = async (client: Pick<Client, "send">, at: string) =>
    (await client.send("GET", at)).body.links[0].href as string;
  expect(await self(alone, path)).toBe(path);
  expect(await self(cloud.admin, `/placement${path}`)).toBe(`/placement${path}`);
});

test("nothing else is there, and nothing without a token", async () => {
  for (const path of ["/identity/v3", "/compute/v2.1/servers", "/placement/resource_providers"])
    expect((await alone.send("GET", path)).status).toBe(404);
  expect((await clientOf(url, "none").send("GET", "/resource_providers")).status).toBe(401);
});

test("a port that is taken is refused with the option to mend", async () => {
  const placementPort = Number(new URL(url).port);
  await expect(startTestCloud({ placementPort })).rejects.toThrow(
    `Port ${placementPort} of 127.0.0.1 is taken: stop what listens there, or choose another [placement] listen_port.`,
  );
});
