import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, imageMake } from "../kit/client.ts";
import { serverKit } from "../kit/servers.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

let cloud: TestCloud;
let image: string;
const { settled, made, remove } = serverKit(() => cloud);

beforeAll(async () => {
  cloud = await startTestCloud();
  image = await imageMake(cloud.demo);
});
afterAll(() => cloud.stop());

test.each(["succeeds", "fails"])(
  "a hard reboot waits for a soft one, which %s, and ends ACTIVE",
  async (how) => {
    const id = await made(cloud.demo, image);
    const path = `/compute/v2.1/servers/${id}`;
    const reboot = (type: string) => cloud.demo.send("POST", `${path}/action`, { reboot: { type } });
    const release = cloud.host.hold("domainReboot");
    if (how === "fails") cloud.host.failNext("domainReboot", "conflict");
    await reboot("SOFT");
    await eventually(async () => (cloud.host.calls.at(-1) === "domainReboot" ? true : undefined));
    expect((await reboot("SOFT")).status).toBe(409);
    expect((await reboot("HARD")).status).toBe(202);
    const calls = cloud.host.calls.length;
    expect((await cloud.demo.send("GET", path)).body.server.status).toBe("HARD_REBOOT");
    const held = cloud.host.hold("domainUndefine");
    release();
    await eventually(async () => (cloud.host.calls.at(-1) === "domainUndefine" ? true : undefined));
    // The soft reboot has ended and left the task state to the one that waited.
    expect((await cloud.demo.send("GET", path)).body.server.status).toBe("HARD_REBOOT");
    held();
    expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
    expect(cloud.host.calls.slice(calls).filter((name) => name !== "serversInspect")).toEqual([
      "domainUndefine",
      "domainDefine",
      "domainStart",
    ]);
    const { body } = await cloud.admin.send("GET", `${path}/os-instance-actions`);
    expect((body.instanceActions as { message: unknown }[]).map(({ message }) => message)).toEqual(
      how === "fails" ? [null, "Error", null] : [null, null, null],
    );
    await remove(id);
  },
);
