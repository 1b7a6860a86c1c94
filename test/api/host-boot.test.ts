import { expect, test } from "vitest";
import { eventually, imageMake, type Client } from "../kit/client.ts";
import { serverKit } from "../kit/servers.ts";
import { startSimulatedCloud, type SimulatedCloud } from "../kit/simulated-cloud.ts";

/** `[DEFAULT] resume_guests_state_on_host_boot`, on a simulated host. */

const servers = "/compute/v2.1/servers";
const kinds = ["plain", "user", "host", "deployment"] as const;
type Kind = (typeof kinds)[number];

let cloud: SimulatedCloud;
let image: string;
const flavors = new Map<Kind, string>();
const kit = serverKit(() => cloud);

async function begin(resumeGuests: boolean): Promise<void> {
  cloud = await startSimulatedCloud({ settings: { resumeGuests } });
  image = await imageMake(cloud.demo);
  for (const kind of kinds) {
    const tpm = { "hw:tpm_version": "2.0", "hw:tpm_secret_security": kind };
    flavors.set(kind, await cloud.flavorAdd(kind, kind === "plain" ? {} : tpm));
  }
}

const made = (kind: Kind): Promise<string> =>
  kit.made(cloud.demo, image, { name: kind, flavorRef: flavors.get(kind) });
const { reached } = kit;

async function actionsOf(client: Client, id: string) {
  const { body } = await client.send("GET", `${servers}/${id}/os-instance-actions`);
  return body.instanceActions as { action: string; message: string | null; user_id: string }[];
}

async function act(id: string, body: object): Promise<number> {
  return (await cloud.demo.send("POST", `${servers}/${id}/action`, body)).status;
}

const writesOf = (id: string): number => cloud.host().servers.get(id)?.tpm?.writes ?? 0;

test("after a boot of the host what ran comes back; a server of the mode `user` waits for its owner and says so", async () => {
  await begin(true);
  try {
    const ids = new Map<Kind, string>();
    for (const kind of kinds) ids.set(kind, await made(kind));
    const [plain, user, host, deployment] = kinds.map((kind) => ids.get(kind) ?? "") as [
      string,
      string,
      string,
      string,
    ];
    // Who was stopped by their owner stays so.
    const stopped = await made("host");
    await act(stopped, { "os-stop": null });
    await reached(stopped, "SHUTOFF");
    const before = [host, deployment].map(writesOf);
    await cloud.hostReboot();
    await eventually(async () =>
      (await actionsOf(cloud.demo, user)).some(({ action }) => action === "start") ? true : undefined,
    );
    for (const id of [plain, host, deployment]) {
      await reached(id, "ACTIVE");
      expect(cloud.host().servers.get(id)).toMatchObject({ power: "running", boots: 2 });
      const [start] = await actionsOf(cloud.demo, id);
      expect(start).toMatchObject({ action: "start", message: null });
    }
    expect([host, deployment].map(writesOf)).toEqual(before.map((writes) => writes + 1));
    await reached(user, "SHUTOFF");
    await reached(stopped, "SHUTOFF");
    expect((await actionsOf(cloud.demo, stopped)).map(({ action }) => action)).toEqual(["stop", "create"]);
    const [told] = await actionsOf(cloud.demo, user);
    const tpm = (await cloud.demo.send("GET", `${servers}/${user}/sealstone:tpm`)).body["sealstone:tpm"];
    expect(told?.message).toMatch(
      /^The host of this server was restarted\. .* its owner has to, with openstack server start/,
    );
    expect(told?.message).toContain(`secret ${tpm.secret_id}`);
    expect(told?.message).toContain(`of user ${cloud.demo.userId} in project ${cloud.demo.projectId}`);
    expect(tpm.waits_because).toBe(told?.message);
    // The owner starts it, and nobody waits any more.
    expect(await act(user, { "os-start": null })).toBe(202);
    await reached(user, "ACTIVE");
    const after = (await cloud.demo.send("GET", `${servers}/${user}/sealstone:tpm`)).body["sealstone:tpm"];
    expect(after.waits_because).toBeNull();
    // How the passphrase of each was got at, newest first.
    const usesOf = async (id: string): Promise<unknown[]> => {
      const { body } = await cloud.admin.send("GET", `/sealstone/v1/audit?server=${id}&limit=2`);
      return (body.audit_events as Record<string, string>[]).map(({ event, operation, result }) => [
        event,
        operation,
        result,
      ]);
    };
    expect((await usesOf(host))[0]).toEqual(["used", "start", "success"]);
    expect(await usesOf(deployment)).toEqual([
      ["sealed", "start", "success"],
      ["read", "start", "success"],
    ]);
  } finally {
    await cloud.stop();
  }
}, 60_000);

test("a restart of the agent alone, and the return of a control plane, start nothing", async () => {
  await begin(true);
  try {
    const ids = [await made("host"), await made("plain")];
    await cloud.hostRestart(() => undefined);
    for (const id of ids) {
      await reached(id, "ACTIVE");
      expect((await actionsOf(cloud.demo, id)).map(({ action }) => action)).toEqual(["create"]);
      expect(cloud.host().servers.get(id)?.boots).toBe(1);
    }
  } finally {
    await cloud.stop();
  }
}, 60_000);

test("without the option nothing is started, as in Nova", async () => {
  await begin(false);
  try {
    const ids = [await made("host"), await made("plain")];
    await cloud.hostReboot();
    for (const id of ids) {
      await reached(id, "SHUTOFF");
      expect((await actionsOf(cloud.demo, id)).map(({ action }) => action)).toEqual(["create"]);
    }
  } finally {
    await cloud.stop();
  }
}, 60_000);
