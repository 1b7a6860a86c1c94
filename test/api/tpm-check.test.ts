import { afterAll, beforeAll, expect, test } from "vitest";
import { imageMake } from "../kit/client.ts";
import { serverKit } from "../kit/servers.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

/** What the host says of a TPM before a start, while the caller waits. */

let cloud: TestCloud;
let id: string;
const kit = serverKit(() => cloud);
const path = () => `/compute/v2.1/servers/${id}`;

beforeAll(async () => {
  cloud = await startTestCloud();
  const image = await imageMake(cloud.demo);
  const list = (await cloud.demo.send("GET", "/compute/v2.1/flavors")).body.flavors;
  const flavorRef = (list as { id: string; name: string }[]).find(({ name }) => name === "vtpm.small")?.id;
  id = await kit.made(cloud.demo, image, { flavorRef });
}, 30_000);
afterAll(() => cloud.stop());

const act = (body: object) => cloud.demo.send("POST", `${path()}/action`, body);

async function allOf(): Promise<object> {
  const [server, actions] = [
    await cloud.admin.send("GET", path(), undefined, "2.96"),
    await cloud.admin.send("GET", `${path()}/os-instance-actions`),
  ];
  return { server: server.body, actions: actions.body, host: { ...cloud.host.servers.get(id) } };
}

test.each([
  ["start", { "os-stop": null }, { "os-start": null }],
  ["hard reboot", { "os-stop": null }, { reboot: { type: "HARD" } }],
  ["resume", { suspend: null }, { resume: null }],
])(
  "%s: what the host would refuse is refused at the request, and the server is untouched",
  async (_name, before, body) => {
    expect((await act(before)).status).toBe(202);
    await kit.settled(id);
    const all = await allOf();
    const calls = cloud.host.calls.length;
    cloud.host.failNext("tpmCheck", "conflict");
    const refused = await act(body);
    expect(refused.status).toBe(409);
    expect(refused.body.conflictingRequest.message).toBe("tpmCheck fails by script");
    expect(await allOf()).toEqual(all);
    expect(cloud.host.calls.slice(calls).filter((name) => name !== "serversInspect")).toEqual([]);
    // The host sees it otherwise now.
    expect((await act(body)).status).toBe(202);
    expect(await kit.settled(id)).toMatchObject({ status: "ACTIVE" });
  },
);

test.each(["unavailable", "timeout", "not-found", "bug"] as const)(
  "a host that answers %s leaves it to the start",
  async (code) => {
    await act({ "os-stop": null });
    await kit.settled(id);
    cloud.host.failNext("tpmCheck", code);
    expect((await act({ "os-start": null })).status).toBe(202);
    expect(await kit.settled(id)).toMatchObject({ status: "ACTIVE" });
  },
);

test("a host that does not answer does not hold the caller up until it does", async () => {
  await act({ "os-stop": null });
  await kit.settled(id);
  const release = cloud.host.hold("tpmCheck");
  expect((await act({ "os-start": null })).status).toBe(202);
  release();
  expect(await kit.settled(id)).toMatchObject({ status: "ACTIVE" });
});
