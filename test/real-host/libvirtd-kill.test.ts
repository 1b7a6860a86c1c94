import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import type { GuestFacts } from "../../guest/console-facts.ts";
import { serverCreateImage } from "../../src/compute/sagas/server-create-image.ts";
import { serverDelete } from "../../src/compute/sagas/server-delete.ts";
import { serverHardReboot } from "../../src/compute/sagas/server-hard-reboot.ts";
import { serverResize } from "../../src/compute/sagas/server-resize.ts";
import { serverStart } from "../../src/compute/sagas/server-start.ts";
import { eventually } from "../kit/client.ts";
import { processesOf } from "../kit/host-reboot.ts";
import { libvirtdKill } from "../kit/libvirtd.ts";
import { randomOf } from "../kit/random.ts";
import { realCloudForTests } from "../kit/real-cloud-for-tests.ts";
import { realGuests } from "../kit/real-guests.ts";

/**
 * kill -9 of libvirtd in the midst of an operation, and a new one a second later: the operation ends as done, as undone or in ERROR, the
 * last two with a reason; nothing is left over, and the server goes on with its TPM.
 */

const run = promisify(execFile);
const servers = "/compute/v2.1/servers";
const version = "2.96";

/** How often for each operation, at moments of the seed's choice. */
const rounds = Number(process.env["LIBVIRTD_KILLS"] ?? 1);
const seed = Number(process.env["LIBVIRTD_KILLS_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const random = randomOf(seed);

const cloud = realCloudForTests();
const { imageNamed, flavorMake, create, settled, act, done, facts, newBoot, bootsNote } = realGuests(cloud);

let small: string;
let large: string;
let image: string;
let server: string;
/** Of the server's first boot, and of its last. */
let first: GuestFacts;
let last: GuestFacts;
/** Images that a kill did not undo. */
const images = new Set<string>();

beforeAll(async () => {
  console.log(`LIBVIRTD_KILLS=${rounds} LIBVIRTD_KILLS_SEED=${seed}`);
  const tpm = { "hw:tpm_version": "2.0", "hw:tpm_model": "tpm-crb" };
  small = await flavorMake("kill.small", tpm);
  const flavor = { name: "kill.large", ram: 320, vcpus: 1, disk: 2 };
  large = (await cloud().admin.send("POST", "/compute/v2.1/flavors", { flavor })).body.flavor.id as string;
  await cloud().admin.send("POST", `/compute/v2.1/flavors/${large}/os-extra_specs`, { extra_specs: tpm });
  image = await imageNamed("sealstone-guest");
  server = await made();
  first = last = await newBoot(server);
  expect(first).toMatchObject({ problems: [], nv: { state: "written" }, secret: { state: "sealed" } });
});

async function made(): Promise<string> {
  const id = await create({ imageRef: image, flavorRef: small });
  expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
  return id;
}

/** It has booted once more, with the same TPM. */
async function expectSameTpm(): Promise<void> {
  last = await newBoot(server);
  const now = last;
  expect(now.problems).toEqual([]);
  expect(now.ekSha256).toMatch(/^[0-9a-f]{64}$/);
  expect(now.ekSha256).toBe(first.ekSha256);
  expect(now.nv).toEqual({ state: "read", value: first.nv?.value });
  expect(now.secret).toEqual({ state: "unsealed", value: first.secret?.value });
}

/** Asks, kills libvirtd in one of the steps that ask it for something, and answers what the server is afterwards. */
async function killedDuring(
  { name }: { readonly name: string },
  steps: readonly string[],
  ask: () => Promise<void>,
): Promise<Outcome> {
  const step = steps[Math.floor(random() * steps.length)] ?? "";
  const afterMs = Math.round(random() * 400);
  const askedAt = Date.now();
  await ask();
  await stepStarted({ name, step, askedAt });
  await sleep(afterMs);
  await libvirtdKill(1_000);
  const found = await settled(server);
  console.log(`${name}, libvirtd killed ${afterMs} ms into ${step}`);
  if (found === undefined) return { status: "gone", failed: false, reason: "" };
  const { body } = await cloud().admin.send(
    "GET",
    `${servers}/${server}/os-instance-actions`,
    undefined,
    version,
  );
  const [{ request_id: requestId, message }] = body.instanceActions;
  const action = `${servers}/${server}/os-instance-actions/${requestId}`;
  const { events } = (await cloud().admin.send("GET", action, undefined, version)).body.instanceAction;
  const outcome: Outcome = {
    status: String(found["status"]),
    failed: message === "Error",
    reason: String(events[0].details ?? ""),
  };
  console.log(JSON.stringify(outcome));
  if (outcome.failed) expect(outcome.reason).not.toBe("");
  if (outcome.status === "ERROR")
    expect(found["fault"]).toMatchObject({ message: expect.stringMatching(/./) });
  await eventually(async () => {
    const { services } = (await cloud().admin.send("GET", "/compute/v2.1/os-services")).body;
    return (services as { state: string }[]).every(({ state }) => state === "up") ? true : undefined;
  }, 240_000);
  return outcome;
}

/** As the saga's log says it. */
async function stepStarted(wanted: { name: string; step: string; askedAt: number }): Promise<void> {
  const path = join(cloud().statePath, "sealstone.sqlite");
  using database = new DatabaseSync(path, { readOnly: true });
  const statement = database.prepare(
    "select 1 from saga_runs r join saga_log l on l.saga_id = r.id where l.event = 'started' and l.step = ? and r.name = ? and r.created_at >= ?",
  );
  await eventually(
    async () => (statement.get(wanted.step, wanted.name, wanted.askedAt) ? true : undefined),
    120_000,
  );
}

interface Outcome {
  readonly status: string;
  /** Its action has ended in an error. */
  readonly failed: boolean;
  readonly reason: string;
}

/** Whatever became of it, it runs again afterwards, with the same TPM. */
async function expectGoesOn({ status, failed }: Outcome): Promise<void> {
  if (failed) await bootsNote(server);
  if (status === "SHUTOFF") await done(server, { "os-start": null }, "ACTIVE");
  else if (failed) await done(server, { reboot: { type: "HARD" } }, "ACTIVE");
  await expectSameTpm();
}

/** Of the server that runs there is one of everything, and of none other anything. */
async function expectTidy(): Promise<void> {
  const folder = join(cloud().instancesPath, "servers");
  expect(await readdir(folder)).toEqual([server]);
  const files = (await readdir(join(folder, server))).filter((name) => !name.startsWith("console.log"));
  expect(files.toSorted()).toEqual(["disk", "tpm"]);
  const states = (await readdir("/var/lib/libvirt/swtpm")).filter((name) => name.startsWith(server));
  expect(states).toEqual([server]);
  expect(await cloud().domains()).toEqual([`instance-${server}`]);
  expect((await run("virsh", ["-q", "secret-list"])).stdout).not.toContain(server);
  expect((await run("virsh", ["domjobinfo", server])).stdout).toMatch(/Job type:\s+None/);
  // QEMU and swtpm; one that was killed needs a moment to be gone.
  await expect.poll(() => processesOf([server])).toHaveLength(2);
  const { body } = await cloud().demo.send("GET", `/image/v2/images?instance_uuid=${server}`);
  const found = body.images as { id: string; status: string }[];
  expect(found.filter(({ status }) => status !== "active")).toEqual([]);
  expect(new Set(found.map(({ id }) => id))).toEqual(images);
}

const each = Array.from({ length: rounds }, (_, index) => index + 1);

test.each(each)("start (%i)", async () => {
  await done(server, { "os-stop": null }, "SHUTOFF");
  const outcome = await killedDuring(serverStart, ["domain"], () => accepted({ "os-start": null }));
  expect(outcome.failed ? ["SHUTOFF", "ERROR"] : ["ACTIVE"]).toContain(outcome.status);
  await expectGoesOn(outcome);
  await expectTidy();
});

test.each(each)("hard reboot (%i)", async () => {
  const outcome = await killedDuring(serverHardReboot, ["off", "domain", "on"], () =>
    accepted({ reboot: { type: "HARD" } }),
  );
  expect(outcome.failed ? ["SHUTOFF", "ERROR"] : ["ACTIVE"]).toContain(outcome.status);
  await expectGoesOn(outcome);
  await expectTidy();
});

test.each(each)("resize (%i)", async () => {
  const outcome = await killedDuring(serverResize, ["off", "disk", "domain", "on"], () =>
    accepted({ resize: { flavorRef: large } }),
  );
  expect(outcome.failed ? ["ACTIVE", "SHUTOFF", "ERROR"] : ["VERIFY_RESIZE"]).toContain(outcome.status);
  if (!outcome.failed) {
    await expectSameTpm();
    await done(server, { revertResize: null }, "ACTIVE");
    await expectSameTpm();
  } else await expectGoesOn(outcome);
  await expectTidy();
});

test.each(each)("createImage of the running guest (%i)", async () => {
  let imageId = "";
  const outcome = await killedDuring(serverCreateImage, ["copy", "upload", "copyRemove"], async () => {
    const answer = await act(server, { createImage: { name: "killed" } });
    expect(answer.status, JSON.stringify(answer.body)).toBe(202);
    imageId = answer.body.image_id as string;
  });
  expect(outcome.status).toBe("ACTIVE");
  if (!outcome.failed) images.add(imageId);
  await expectTidy();
  const now = await facts(server, ({ bootId, seq }) => bootId === last.bootId && seq > 1);
  expect(now.problems).toEqual([]);
  expect(now.ekSha256).toBe(first.ekSha256);
});

test.each(each)("delete (%i)", async () => {
  const outcome = await killedDuring(serverDelete, ["domain", "tpm", "disks"], async () => {
    expect((await cloud().demo.send("DELETE", `${servers}/${server}`)).status).toBe(204);
  });
  if (outcome.status === "ERROR") {
    expect((await cloud().demo.send("DELETE", `${servers}/${server}`)).status).toBe(204);
    expect(await settled(server)).toBeUndefined();
  } else expect(outcome.status).toBe("gone");
  expect(await readdir(join(cloud().instancesPath, "servers"))).toEqual([]);
  expect((await readdir("/var/lib/libvirt/swtpm")).filter((name) => name.startsWith(server))).toEqual([]);
  expect(await cloud().domains()).toEqual([]);
  expect((await run("virsh", ["-q", "secret-list"])).stdout).not.toContain(server);
  await expect.poll(() => processesOf([server])).toEqual([]);
  expect((await cloud().demo.send("GET", "/key-manager/v1/secrets")).body.secrets).toEqual([]);
  server = await made();
  first = last = await newBoot(server);
  images.clear();
});

async function accepted(body: object): Promise<void> {
  const answer = await act(server, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
}
