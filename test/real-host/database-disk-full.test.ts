import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { eventually } from "../kit/client.ts";
import { realCloudForTests } from "../kit/real-cloud-for-tests.ts";
import { tpmGuestKit, type TpmGuest } from "../kit/tpm-guests.ts";

/** The disk that the database is on, and with it the vault, is full for a while. */

const run = promisify(execFile);
const servers = "/compute/v2.1/servers";
const diskMiB = 24;
let folder: string;

// Before the cloud's own, so that it comes after it.
afterAll(async () => {
  await run("umount", [folder]);
  await rm(folder, { recursive: true });
});
const cloud = realCloudForTests({
  async config() {
    folder = await mkdtemp("/var/tmp/sealstone-small-");
    await run("mount", ["-t", "tmpfs", "-o", `size=${diskMiB}m,mode=0700`, "tmpfs", folder]);
    return `[database]\nconnection = sqlite:///${join(folder, "cloud.sqlite")}\n`;
  },
});
const kit = tpmGuestKit(cloud);
let guest: TpmGuest;
let boots = 1;

/** Nothing more fits on it until what this answers is called. */
async function filled(): Promise<() => Promise<void>> {
  await logEmptied();
  const file = join(folder, "fill");
  await run("dd", ["if=/dev/zero", `of=${file}`, "bs=4k"]).catch((error: unknown) => {
    if (!/No space left/.test(String(error))) throw error;
  });
  return () => rm(file);
}

/** SQLite keeps its log's file when what is in it is in the database, and what fits into it needs no room. */
async function logEmptied(): Promise<void> {
  await eventually(async () => {
    using database = new DatabaseSync(join(folder, "cloud.sqlite"));
    return database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get()?.["busy"] === 0 ? true : undefined;
  }, 60_000);
}

async function stateOnHost(): Promise<string> {
  const bytes = await readFile(join("/var/lib/libvirt/swtpm", guest.id, "tpm2", "tpm2-00.permall"));
  return createHash("sha256").update(bytes).digest("hex");
}

async function stateInVault(): Promise<{ readonly sha256: string; readonly generation: number }> {
  const { body } = await cloud().demo.send("GET", `${servers}/${guest.id}/sealstone:tpm`);
  return body["sealstone:tpm"].state as { sha256: string; generation: number };
}

/** The guest booted once more, with the TPM that it had. */
async function expectNextBoot(): Promise<void> {
  boots += 1;
  kit.expectSame(guest, await kit.facts(guest, (block) => block.boots === boots));
}

test("a guest writes into its TPM", async () => {
  [guest] = (await kit.made([{ mode: "user", version: "2.0", model: "tpm-crb" }])) as [TpmGuest];
  await kit.expectInVault(guest);
});

test("while the disk is full the guest runs on and changes are refused; with room again the vault has the newest state", async () => {
  const before = await stateInVault();
  const free = await filled();
  try {
    await run("virsh", ["reset", guest.id]);
    await expectNextBoot();
    await sleep(2_000);
    expect(await stateOnHost()).not.toBe(before.sha256);
    expect(await stateInVault()).toEqual(before);
    const refused = await kit.act(cloud().demo, guest, { "os-stop": null });
    expect([refused.status, JSON.stringify(refused.body)]).toEqual([
      503,
      expect.stringContaining("The disk of the database is full"),
    ]);
    const { body } = await cloud().demo.send("GET", `${servers}/${guest.id}`);
    expect(body.server).toMatchObject({ status: "ACTIVE", "OS-EXT-STS:task_state": null });
  } finally {
    await free();
  }
  expect(await kit.expectInVault(guest)).toBeGreaterThan(before.generation);
});

test("a hard reboot in whose midst the disk is full ends when there is room", async () => {
  expect((await kit.act(cloud().demo, guest, { reboot: { type: "HARD" } })).status).toBe(202);
  const free = await filled();
  await sleep(4_000);
  await free();
  await kit.reached(guest, "ACTIVE");
  await expectNextBoot();
  await kit.expectInVault(guest);
  expect(await kit.libvirtSecrets([guest])).toEqual([]);
});

test("a cloud that is killed while the disk is full starts again with room, and its server with the same TPM", async () => {
  const free = await filled();
  await cloud().kill();
  await free();
  await cloud().start();
  expect((await kit.act(cloud().demo, guest, { "os-stop": null })).status).toBe(202);
  await kit.reached(guest, "SHUTOFF");
  await kit.expectInVault(guest);
  expect((await kit.act(cloud().demo, guest, { "os-start": null })).status).toBe(202);
  await kit.reached(guest, "ACTIVE");
  await expectNextBoot();
});
