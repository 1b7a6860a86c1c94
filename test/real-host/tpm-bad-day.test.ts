import { execFile } from "node:child_process";
import { chown, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { eventually } from "../kit/client.ts";
import { realCloudForTests } from "../kit/real-cloud-for-tests.ts";
import { tpmGuestKit, type TpmGuest } from "../kit/tpm-guests.ts";

/** What happens to a host's files by hand, by a lost disk, by a backup that root brought back: the server goes on with its TPM. */

const run = promisify(execFile);
const cloud = realCloudForTests();
const kit = tpmGuestKit(cloud);
let guest: TpmGuest;
beforeAll(async () => {
  [guest] = (await kit.made([{ mode: "host", version: "2.0", model: "tpm-crb" }])) as [TpmGuest];
});

const folder = (): string => join("/var/lib/libvirt/swtpm", guest.id);
const file = (): string => join(folder(), "tpm2", "tpm2-00.permall");

async function asked(action: object, wanted: string, by = cloud().demo): Promise<void> {
  expect(await kit.act(by, guest, action)).toMatchObject({ status: 202 });
  await kit.reached(guest, wanted);
}

/** Started, it has booted once more with the same TPM, which is in the vault. */
async function expectStarts(action: object = { "os-start": null }, by = cloud().demo): Promise<void> {
  const { boots = 0 } = await kit.facts(guest, () => true);
  await asked(action, "ACTIVE", by);
  kit.expectSame(guest, await kit.facts(guest, (now) => now.boots === boots + 1));
  await kit.expectInVault(guest);
}

const stop = (): Promise<void> => asked({ "os-stop": null }, "SHUTOFF");

test("the host lost its key: the owner starts a server of the mode host, and it is kept anew", async () => {
  await stop();
  await cloud().kill();
  await rm(join(cloud().statePath, "agent", "host.key"));
  await cloud().start();
  await expectStarts();
  await stop();
  // By the passphrase that the host keeps: without the key manager's secret nobody else could.
  await expectStarts({ "os-start": null }, cloud().admin);
});

test("a file that keeps the passphrase is damaged: the owner starts the server, and it is kept anew", async () => {
  await stop();
  const kept = join(cloud().statePath, "agent", "passphrases", `${guest.id}.json`);
  await writeFile(kept, (await readFile(kept)).subarray(0, 40));
  await expectStarts();
  expect(JSON.parse(await readFile(kept, "utf8"))).toHaveProperty("box");
});

test("a backup brought the state back as root's: it is swtpm's again at the start", async () => {
  await stop();
  const { uid, gid } = await stat(file());
  for (const path of [file(), join(folder(), "tpm2")]) await chown(path, 0, 0);
  await expectStarts();
  expect(await stat(file())).toMatchObject({ uid, gid, mode: 0o100600 });
});

test("the state is damaged under a running guest: a hard reboot is refused before the guest is ended", async () => {
  const good = await readFile(file());
  const { uid, gid } = await stat(file());
  const { bootId } = await kit.facts(guest, () => true);
  for (const damage of [
    () => writeFile(file(), good.subarray(0, 4_000)),
    async () => {
      await rm(file());
      await run("mkfifo", [file()]);
    },
  ]) {
    await damage();
    const answer = await kit.act(cloud().demo, guest, { reboot: { type: "HARD" } });
    expect(answer.status, JSON.stringify(answer.body)).toBe(409);
  }
  await kit.reached(guest, "ACTIVE");
  expect((await kit.facts(guest, () => true)).bootId).toBe(bootId);
  await rm(file());
  await writeFile(file(), good, { mode: 0o600 });
  await chown(file(), uid, gid);
  await kit.expectInVault(guest);
});

test("the TPM's folder is removed under a running guest: a hard reboot has the vault's", async () => {
  await rm(folder(), { recursive: true });
  await expectStarts({ reboot: { type: "HARD" } });
});

test("a guest that is powered off by somebody's hand is off, and not one that lost its TPM", async () => {
  for (let round = 0; round < 3; round += 1) {
    await run("virsh", ["destroy", `instance-${guest.id}`]);
    await kit.reached(guest, "SHUTOFF");
    await asked({ "os-start": null }, "ACTIVE");
  }
  await kit.expectInVault(guest);
});

test("the pool's folder is removed: the next server has a TPM, and the pool fills again", async () => {
  const pool = join(cloud().instancesPath, "tpm-pool");
  await rm(pool, { recursive: true });
  const [next] = await kit.made([{ mode: "user", version: "2.0", model: "tpm-tis" }]);
  expect(next?.first.problems).toEqual([]);
  await eventually(
    async () => ((await stat(join(pool, "ready-2.0")).catch(() => undefined)) ? true : undefined),
    120_000,
  );
});
