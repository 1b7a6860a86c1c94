import { expect, test } from "vitest";
import { hostRebootSimulate } from "../kit/host-reboot.ts";
import { realCloudForTests } from "../kit/real-cloud-for-tests.ts";
import { tpmGuestKit, type TpmGuest } from "../kit/tpm-guests.ts";

/** A boot of the compute host, simulated: every process of the servers is killed, libvirtd and the cloud are other ones afterwards. */

const config = "[DEFAULT]\nresume_guests_state_on_host_boot = True\ncpu_allocation_ratio = 32\n";
const cloud = realCloudForTests({ config });
const kit = tpmGuestKit(cloud);
const servers = "/compute/v2.1/servers";
let guests: readonly TpmGuest[] = [];

async function actionsOf({ id }: TpmGuest) {
  const { body } = await cloud().demo.send("GET", `${servers}/${id}/os-instance-actions`);
  return body.instanceActions as { action: string; message: string | null }[];
}

async function tpmOf({ id }: TpmGuest) {
  const { body } = await cloud().demo.send("GET", `${servers}/${id}/sealstone:tpm`);
  return body["sealstone:tpm"] as { secret_id: string; waits_because: string | null };
}

const ofMode = (mode: TpmGuest["mode"]): TpmGuest[] => guests.filter((guest) => guest.mode === mode);

test("guests of each mode write into their TPMs", async () => {
  guests = await kit.made(
    (["user", "host", "deployment"] as const).map((mode) => ({ mode, version: "2.0", model: "tpm-crb" })),
  );
  for (const guest of guests) await kit.expectInVault(guest);
});

test("after a boot of the host those of the modes `host` and `deployment` come back alone, with their TPMs", async () => {
  await cloud().kill();
  await hostRebootSimulate(guests.map(({ id }) => id));
  await cloud().start();
  for (const guest of [...ofMode("host"), ...ofMode("deployment")]) {
    await kit.reached(guest, "ACTIVE");
    kit.expectSame(guest, await kit.facts(guest, ({ boots }) => boots === 2));
    await kit.expectInVault(guest);
    expect((await actionsOf(guest))[0]).toMatchObject({ action: "start", message: null });
  }
  expect(await kit.libvirtSecrets(guests)).toEqual([]);
});

test("those of the mode `user` wait, stopped, say that their owner has to start them, and start when the owner does", async () => {
  for (const guest of ofMode("user")) {
    await kit.reached(guest, "SHUTOFF");
    const [told] = await actionsOf(guest);
    const { secret_id: secretId, waits_because: because } = await tpmOf(guest);
    expect(told?.message).toBe(
      `The host of this server was restarted. The passphrase of its TPM (secret ${secretId} in the key manager, mode user) is that of user ` +
        `${cloud().demo.userId} in project ${cloud().demo.projectId}, so the cloud cannot start it: its owner has to, with openstack server start ${guest.id}.`,
    );
    expect(because).toBe(told?.message);
    console.log(told?.message);
    expect((await kit.act(cloud().admin, guest, { "os-start": null })).status).toBe(403);
    expect((await kit.act(cloud().demo, guest, { "os-start": null })).status).toBe(202);
    await kit.reached(guest, "ACTIVE");
    kit.expectSame(guest, await kit.facts(guest, ({ boots }) => boots === 2));
    await kit.expectInVault(guest);
    expect((await tpmOf(guest)).waits_because).toBeNull();
  }
});
