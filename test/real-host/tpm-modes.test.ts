import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bytesFind } from "../kit/bytes-find.ts";
import type { Client } from "../kit/client.ts";
import { eventually } from "../kit/client.ts";
import { realCloudForTests } from "../kit/real-cloud-for-tests.ts";
import { tpmGuestKit, type TpmGuest, type TpmGuestKind } from "../kit/tpm-guests.ts";

/** Every kind of TPM in every mode of hw:tpm_secret_security: a set of guests for each mode, made once, through every operation. */

const modes = ["user", "host", "deployment"] as const;

/** Guests of every kind in every mode take a quarter of an hour: TPM_MODES=all. Else each mode has another kind, and each kind a mode. */
const every = process.env["TPM_MODES"] === "all";

const cloud = realCloudForTests();
const kit = tpmGuestKit(cloud);

describe.each(modes)("mode %s", (mode) => {
  const all: readonly TpmGuestKind[] = [
    { mode, version: "2.0", model: "tpm-crb" },
    { mode, version: "2.0", model: "tpm-tis" },
    { mode, version: "1.2", model: "tpm-tis" },
  ];
  const kinds = every ? all : all.slice(modes.indexOf(mode), modes.indexOf(mode) + 1);
  let guests: readonly TpmGuest[] = [];
  let boots = 1;

  /** Who does what needs the passphrase: the owner where only they may, else the operator, who may not read it. */
  const starter = (): Client => (mode === "user" ? cloud().demo : cloud().admin);

  /** The same with each guest, one after the other. */
  async function onEach(
    body: object,
    wanted: string,
    {
      by = cloud().demo,
      after,
    }: { readonly by?: Client; readonly after?: (guest: TpmGuest) => Promise<void> } = {},
  ): Promise<void> {
    expect(guests).toHaveLength(kinds.length);
    for (const guest of guests) {
      const answer = await kit.act(by, guest, body);
      expect(answer.status, `${guest.name}: ${JSON.stringify(answer.body)}`).toBe(202);
      await kit.reached(guest, wanted);
      await after?.(guest);
    }
    expect(await kit.libvirtSecrets(guests)).toEqual([]);
  }

  async function expectBooted(guest: TpmGuest): Promise<void> {
    kit.expectSame(guest, await kit.facts(guest, (block) => block.boots === boots));
    await kit.expectInVault(guest);
  }

  test("each kind boots with its TPM, and libvirt holds no secret afterwards", async () => {
    guests = await kit.made(kinds);
    for (const guest of guests) {
      const { first, version } = guest;
      expect([first.problems, first.nv?.state, first.secret?.state]).toEqual([[], "written", "sealed"]);
      expect(first.tpmVersion).toBe(version);
      await kit.expectInVault(guest);
    }
    expect(await kit.libvirtSecrets(guests)).toEqual([]);
  });

  test("the host keeps passphrases of the mode `host` alone, sealed and root's; in no mode is one in the clear", async () => {
    expect(guests).toHaveLength(kinds.length);
    const folder = join(cloud().statePath, "agent", "passphrases");
    const kept = await readdir(folder).catch(() => []);
    expect(new Set(kept)).toEqual(new Set(mode === "host" ? guests.map(({ id }) => `${id}.json`) : []));
    for (const name of kept) {
      const file = await stat(join(folder, name));
      expect([file.mode & 0o777, file.uid, (await stat(folder)).mode & 0o777]).toEqual([0o600, 0, 0o700]);
    }
    if (mode === "deployment") return;
    for (const guest of guests) {
      const needles = piecesOf(await passphraseOf(guest));
      const places = [cloud().statePath, cloud().instancesPath, "/var/lib/libvirt", "/run/libvirt"];
      expect(await bytesFind(places, needles), guest.name).toEqual([]);
    }
  });

  test("the operator stops; whoever may starts, and nobody else", async () => {
    await onEach({ "os-stop": null }, "SHUTOFF", { by: cloud().admin, after: expectKept });
    boots += 1;
    if (mode === "user") {
      for (const guest of guests) {
        expect((await kit.act(cloud().admin, guest, { "os-start": null })).status).toBe(403);
        await kit.reached(guest, "SHUTOFF");
      }
    }
    await onEach({ "os-start": null }, "ACTIVE", { by: starter(), after: expectBooted });
  });

  async function expectKept(guest: TpmGuest): Promise<void> {
    await kit.expectInVault(guest);
  }

  test("hard reboot", async () => {
    boots += 1;
    await onEach({ reboot: { type: "HARD" } }, "ACTIVE", { by: starter(), after: expectBooted });
  });

  test("soft reboot: the guest does it, without the passphrase", async () => {
    boots += 1;
    await onEach({ reboot: { type: "SOFT" } }, "ACTIVE", { by: cloud().admin, after: expectBooted });
  });

  test("pause and unpause", async () => {
    const before = new Map<string, number>();
    await onEach({ pause: null }, "PAUSED", {
      after: async (guest) => {
        before.set(guest.id, (await kit.facts(guest, () => true)).seq);
        await kit.expectInVault(guest);
      },
    });
    await onEach({ unpause: null }, "ACTIVE", {
      after: async (guest) => {
        const later = (seq: number): boolean => seq > (before.get(guest.id) ?? 0);
        kit.expectSame(guest, await kit.facts(guest, (block) => block.boots === boots && later(block.seq)));
        await kit.expectInVault(guest);
      },
    });
  });

  test("suspend and resume: memory and TPM go on together", async () => {
    const before = new Map<string, { bootId: string; seq: number }>();
    await onEach({ suspend: null }, "SUSPENDED", {
      after: async (guest) => {
        before.set(guest.id, await kit.facts(guest, () => true));
        await kit.expectInVault(guest);
      },
    });
    await onEach({ resume: null }, "ACTIVE", {
      by: starter(),
      after: async (guest) => {
        const { bootId, seq } = before.get(guest.id) ?? { bootId: "", seq: 0 };
        const goesOn = await kit.facts(guest, (block) => block.bootId === bootId && block.seq > seq);
        kit.expectSame(guest, goesOn);
        await kit.expectInVault(guest);
      },
    });
  });

  test("delete by the operator leaves nothing, the kept passphrases included", async () => {
    expect(guests).toHaveLength(kinds.length);
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
    expect(await readdir(join(cloud().statePath, "agent", "passphrases")).catch(() => [])).toEqual([]);
    expect(await readdir(join(cloud().instancesPath, "servers"))).toEqual([]);
    for (const { id } of guests) expect(await readdir("/var/lib/libvirt/swtpm")).not.toContain(id);
    for (const client of [cloud().demo, cloud().admin])
      expect((await client.send("GET", "/key-manager/v1/secrets")).body.secrets).toEqual([]);
  });
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
