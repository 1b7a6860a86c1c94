import { readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bytesFind } from "../kit/bytes-find.ts";
import type { Client } from "../kit/client.ts";
import { eventually } from "../kit/client.ts";
import { realCloudForTests } from "../kit/real-cloud-for-tests.ts";
import { tpmGuestKit, type TpmGuest, type TpmGuestKind } from "../kit/tpm-guests.ts";

/** Every kind of TPM in every mode of hw:tpm_secret_security: one set of guests, made once, through every operation. */

const kinds: readonly TpmGuestKind[] = (["user", "host", "deployment"] as const).flatMap((mode) => [
  { mode, version: "2.0", model: "tpm-crb" },
  { mode, version: "2.0", model: "tpm-tis" },
  { mode, version: "1.2", model: "tpm-tis" },
]);

// Nine guests on however few processors.
const cloud = realCloudForTests({
  config: "[DEFAULT]\ncpu_allocation_ratio = 32\nram_allocation_ratio = 4\n",
});
const kit = tpmGuestKit(cloud);
let guests: readonly TpmGuest[] = [];
let boots = 1;

/** Who does what needs the passphrase: the owner where only they may, else the operator, who may not read it. */
const starter = ({ mode }: TpmGuest): Client => (mode === "user" ? cloud().demo : cloud().admin);

/** The same with all guests, at a time. */
async function onAll(
  body: object,
  wanted: string,
  by: (guest: TpmGuest) => Client = () => cloud().demo,
): Promise<void> {
  for (const guest of guests) {
    const answer = await kit.act(by(guest), guest, body);
    expect(answer.status, `${guest.name}: ${JSON.stringify(answer.body)}`).toBe(202);
  }
  for (const guest of guests) await kit.reached(guest, wanted);
}

async function expectBooted(): Promise<void> {
  boots += 1;
  for (const guest of guests) {
    kit.expectSame(guest, await kit.facts(guest, (block) => block.boots === boots));
    await kit.expectInVault(guest);
  }
  expect(await kit.libvirtSecrets(guests)).toEqual([]);
}

test("each kind in each mode boots with its TPM, and libvirt holds no secret afterwards", async () => {
  guests = await kit.made(kinds);
  for (const guest of guests) {
    const { first, version } = guest;
    expect([first.problems, first.nv?.state, first.secret?.state]).toEqual([[], "written", "sealed"]);
    expect(first.tpmVersion).toBe(version);
    await kit.expectInVault(guest);
  }
  expect(await kit.libvirtSecrets(guests)).toEqual([]);
});

test("the host keeps passphrases of the mode `host` alone, sealed and root's; in no mode is one in the clear anywhere", async () => {
  const folder = join(cloud().statePath, "agent", "passphrases");
  const ofHost = guests.filter(({ mode }) => mode === "host");
  expect((await readdir(folder)).toSorted()).toEqual(ofHost.map(({ id }) => `${id}.json`).toSorted());
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  for (const { id } of ofHost) {
    const file = await stat(join(folder, `${id}.json`));
    expect([file.mode & 0o777, file.uid]).toEqual([0o600, 0]);
  }
  for (const guest of guests.filter(({ mode }) => mode !== "deployment")) {
    const needles = piecesOf(await passphraseOf(guest));
    const places = [cloud().statePath, cloud().instancesPath, "/var/lib/libvirt", "/run/libvirt"];
    expect(await bytesFind(places, needles), guest.name).toEqual([]);
  }
});

async function passphraseOf({ id }: TpmGuest): Promise<Buffer> {
  const { secret_id: secretId } = (
    await cloud().demo.send("GET", `/compute/v2.1/servers/${id}/sealstone:tpm`)
  ).body["sealstone:tpm"];
  const headers = { "x-auth-token": cloud().demo.token, accept: "application/octet-stream" };
  const answer = await fetch(`${cloud().url}/key-manager/v1/secrets/${secretId}/payload`, { headers });
  const passphrase = Buffer.from(await answer.arrayBuffer());
  expect(passphrase).toHaveLength(512);
  return passphrase;
}

/** As they are and as hex and base64 would write them. */
function piecesOf(passphrase: Buffer): Buffer[] {
  return [0, 100, 300]
    .map((start) => passphrase.subarray(start, start + 24))
    .flatMap((piece) => [
      piece,
      Buffer.from(piece.toString("hex")),
      Buffer.from(piece.toString("base64").slice(0, 31)),
    ]);
}

test("an operator is refused in the mode `user`, and the guests run on", async () => {
  for (const guest of guests.filter(({ mode }) => mode === "user")) {
    const answer = await kit.act(cloud().admin, guest, { reboot: { type: "HARD" } });
    expect(answer.status).toBe(403);
    await kit.reached(guest, "ACTIVE");
    expect((await kit.facts(guest, () => true)).boots).toBe(1);
  }
});

test("stop by the operator; start by whoever may", async () => {
  await onAll({ "os-stop": null }, "SHUTOFF", () => cloud().admin);
  for (const guest of guests) await kit.expectInVault(guest);
  await onAll({ "os-start": null }, "ACTIVE", starter);
  await expectBooted();
});

test("hard reboot", async () => {
  await onAll({ reboot: { type: "HARD" } }, "ACTIVE", starter);
  await expectBooted();
});

test("soft reboot: the guest does it, without the passphrase", async () => {
  await onAll({ reboot: { type: "SOFT" } }, "ACTIVE", () => cloud().admin);
  await expectBooted();
});

test("pause and unpause", async () => {
  await onAll({ pause: null }, "PAUSED");
  for (const guest of guests) await kit.expectInVault(guest);
  const before = new Map<string, number>();
  for (const guest of guests) before.set(guest.id, (await kit.facts(guest, () => true)).seq);
  await onAll({ unpause: null }, "ACTIVE");
  for (const guest of guests) {
    const later = (seq: number): boolean => seq > (before.get(guest.id) ?? 0);
    kit.expectSame(guest, await kit.facts(guest, (block) => block.boots === boots && later(block.seq)));
    await kit.expectInVault(guest);
  }
});

test("suspend and resume: memory and TPM go on together", async () => {
  await onAll({ suspend: null }, "SUSPENDED");
  const before = new Map<string, { bootId: string; seq: number }>();
  for (const guest of guests) {
    before.set(guest.id, await kit.facts(guest, () => true));
    await kit.expectInVault(guest);
  }
  await onAll({ resume: null }, "ACTIVE", starter);
  for (const guest of guests) {
    const then = before.get(guest.id);
    const goesOn = (bootId: string, seq: number): boolean =>
      bootId === then?.bootId && seq > (then?.seq ?? 0);
    kit.expectSame(guest, await kit.facts(guest, ({ bootId, seq }) => goesOn(bootId, seq)));
    await kit.expectInVault(guest);
  }
  expect(await kit.libvirtSecrets(guests)).toEqual([]);
});

test("delete leaves nothing, the kept passphrases included", async () => {
  for (const { id } of guests)
    expect((await cloud().admin.send("DELETE", `/compute/v2.1/servers/${id}`)).status).toBe(204);
  for (const { id } of guests) {
    await eventually(
      async () =>
        (await cloud().demo.send("GET", `/compute/v2.1/servers/${id}`)).status === 404 ? true : undefined,
      120_000,
    );
  }
  expect(await cloud().domains()).toEqual([]);
  expect(await readdir(join(cloud().statePath, "agent", "passphrases"))).toEqual([]);
  expect(await readdir(join(cloud().instancesPath, "servers"))).toEqual([]);
  for (const { id } of guests) expect(await readdir("/var/lib/libvirt/swtpm")).not.toContain(id);
  for (const client of [cloud().demo, cloud().admin])
    expect((await client.send("GET", "/key-manager/v1/secrets")).body.secrets).toEqual([]);
  const log = await readFile(join(cloud().statePath, "sealstone.log"), "utf8");
  expect(log.split("\n").filter((line) => /"level":[56]0/.test(line))).toEqual([]);
});
