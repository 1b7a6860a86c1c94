import { execFile } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { eventually } from "../kit/client.ts";
import { cloudPrepare, serverAsk, type Prepared } from "../kit/prepared-cloud.ts";
import { realCloudForTests } from "../kit/real-cloud-for-tests.ts";

/** What the cloud does by itself when a time of sealstone.conf is over. */

const run = promisify(execFile);
const servers = "/compute/v2.1/servers";
const patienceMs = 200_000;

const configOf = (seconds: number): string => `[DEFAULT]
resize_confirm_window = ${seconds}
reclaim_instance_interval = ${seconds}
shelved_offload_time = ${seconds}
`;
const cloud = realCloudForTests({ config: configOf(3_600) });
let prepared: Prepared;

beforeAll(async () => {
  prepared = await cloudPrepare(cloud().url, cloud().statePath, { vcpus: 1 });
});

/** Off, as a guest without an operating system has no ears for its power button. */
async function stopped(): Promise<string> {
  const id = await serverAsk(prepared, "vtpm");
  await reached(id, "ACTIVE");
  await run("virsh", ["destroy", id]);
  await reached(id, "SHUTOFF");
  return id;
}

async function reached(id: string, wanted: string): Promise<void> {
  await eventually(async () => {
    const { status, body } = await cloud().demo.send("GET", `${servers}/${id}`);
    if (status === 404) return wanted === "gone" ? true : undefined;
    if (body.server.status === "ERROR") throw new Error(JSON.stringify(body.server.fault));
    return body.server.status === wanted && body.server["OS-EXT-STS:task_state"] === null ? true : undefined;
  }, patienceMs);
}

async function act(id: string, body: object): Promise<void> {
  const answer = await cloud().demo.send("POST", `${servers}/${id}/action`, body, "2.96");
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
}

async function onHost(id: string): Promise<readonly string[]> {
  const folder = join(cloud().instancesPath, "servers", id);
  const files = (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith("console.log"));
  const tpms = (await readdir("/var/lib/libvirt/swtpm")).filter((name) => name.startsWith(id));
  return [...files, ...tpms.map((name) => name.replace(id, "state"))].toSorted();
}

async function secretsOf(id: string): Promise<number> {
  const { body } = await cloud().demo.send("GET", "/key-manager/v1/secrets");
  return (body.secrets as { name: string }[]).filter(({ name }) => name.endsWith(id)).length;
}

test("a resize is confirmed, a soft-deleted server is reclaimed and a shelved one leaves its host", async () => {
  const [resized, deleted, shelved] = await Promise.all([stopped(), stopped(), stopped()]);
  const flavor = { name: "larger", vcpus: 1, ram: 96, disk: 2 };
  const made = await cloud().admin.send("POST", "/compute/v2.1/flavors", { flavor });
  const flavorRef = made.body.flavor.id as string;
  await cloud().admin.send("POST", `/compute/v2.1/flavors/${flavorRef}/os-extra_specs`, {
    extra_specs: { "hw:tpm_version": "2.0", "hw:tpm_model": "tpm-tis" },
  });
  await act(resized, { resize: { flavorRef, "sealstone:tpm": "replace" } });
  await reached(resized, "VERIFY_RESIZE");
  expect(await onHost(resized)).toEqual(["disk", "disk.old", "state", "state.old", "tpm", "tpm.old"]);
  expect((await cloud().demo.send("DELETE", `${servers}/${deleted}`)).status).toBe(204);
  await reached(deleted, "SOFT_DELETED");
  expect([await onHost(deleted), await secretsOf(deleted)]).toEqual([["disk", "state", "tpm"], 1]);
  await act(shelved, { shelve: null });
  await reached(shelved, "SHELVED");
  expect(await onHost(shelved)).toEqual(["disk", "state", "tpm"]);

  // All that it waits for is over soon.
  await cloud().stop();
  await writeFile(join(cloud().statePath, "sealstone.conf"), configOf(1));
  await cloud().start();
  await reached(resized, "SHUTOFF");
  expect([await onHost(resized), await secretsOf(resized)]).toEqual([["disk", "state", "tpm"], 1]);
  const { body } = await cloud().admin.send("GET", `/compute/v2.1/os-migrations?instance_uuid=${resized}`);
  expect(body.migrations).toMatchObject([{ status: "confirmed" }]);
  await reached(deleted, "gone");
  expect([await onHost(deleted), await secretsOf(deleted)]).toEqual([[], 0]);
  await reached(shelved, "SHELVED_OFFLOADED");
  expect([await onHost(shelved), await secretsOf(shelved)]).toEqual([[], 1]);
  await act(shelved, { unshelve: null });
  await reached(shelved, "ACTIVE");
  // What swtpm_setup wrote of the certificates is not needed any more: the control plane has it.
  expect(await onHost(shelved)).toEqual(["disk", "state"]);
});
