import { describe, expect, test } from "vitest";
import { eventually, imageMake } from "../kit/client.ts";
import { startSimulatedCloud } from "../kit/simulated-cloud.ts";
import { tpmModes } from "../kit/tpm-mode-actors.ts";
import { tpmModeCloud, type TpmOperation } from "../kit/tpm-mode-table.ts";

/**
 * Who may do what with a server that has a TPM, in each mode of hw:tpm_secret_security, on a simulated host over HTTP. An operation
 * that is new is a row of `operations`; whoever is new, a line of `tpmActors`. What takes a cloud that keeps deleted and shelved servers is in
 * tpm-modes-kept.test.ts.
 */

const kit = tpmModeCloud();
const servers = "/compute/v2.1/servers";

const operations: readonly TpmOperation[] = [
  { name: "start", from: "SHUTOFF", to: "ACTIVE", body: { "os-start": null }, kind: "starts" },
  { name: "hard reboot", from: "ACTIVE", to: "ACTIVE", body: { reboot: { type: "HARD" } }, kind: "starts" },
  {
    name: "hard reboot of what is off",
    from: "SHUTOFF",
    to: "ACTIVE",
    body: { reboot: { type: "HARD" } },
    kind: "starts",
  },
  { name: "resume", from: "SUSPENDED", to: "ACTIVE", body: { resume: null }, kind: "starts" },
  { name: "stop", from: "ACTIVE", to: "SHUTOFF", body: { "os-stop": null }, kind: "plain" },
  { name: "soft reboot", from: "ACTIVE", to: "ACTIVE", body: { reboot: { type: "SOFT" } }, kind: "plain" },
  { name: "pause", from: "ACTIVE", to: "PAUSED", body: { pause: null }, kind: "plain" },
  { name: "unpause", from: "PAUSED", to: "ACTIVE", body: { unpause: null }, kind: "plain" },
  { name: "suspend", from: "ACTIVE", to: "SUSPENDED", body: { suspend: null }, kind: "plain" },
  {
    name: "rebuild",
    from: "ACTIVE",
    to: "ACTIVE",
    body: ({ image }) => ({ rebuild: { imageRef: image } }),
    kind: "starts",
  },
  {
    name: "rebuild with a new TPM",
    from: "ACTIVE",
    to: "ACTIVE",
    body: ({ image }) => ({ rebuild: { imageRef: image, "sealstone:tpm": "replace" } }),
    kind: "replaces",
  },
  { name: "rescue", from: "ACTIVE", to: "RESCUE", body: { rescue: null }, kind: "starts", accepted: 200 },
  { name: "unrescue", from: "RESCUE", to: "ACTIVE", body: { unrescue: null }, kind: "starts" },
  {
    name: "resize",
    from: "ACTIVE",
    to: "VERIFY_RESIZE",
    body: ({ otherFlavor }) => ({ resize: { flavorRef: otherFlavor } }),
    kind: "starts",
  },
  {
    name: "resize of what is off",
    from: "SHUTOFF",
    to: "VERIFY_RESIZE",
    body: ({ otherFlavor }) => ({ resize: { flavorRef: otherFlavor } }),
    kind: "plain",
  },
  {
    name: "resize of what is off, with a new TPM",
    from: "SHUTOFF",
    to: "VERIFY_RESIZE",
    body: ({ otherTpmFlavor }) => ({ resize: { flavorRef: otherTpmFlavor, "sealstone:tpm": "replace" } }),
    kind: "replaces",
  },
  {
    name: "revert of a resize",
    from: "VERIFY_RESIZE",
    to: "ACTIVE",
    body: { revertResize: null },
    kind: "starts",
  },
  {
    name: "confirmation of a resize",
    from: "VERIFY_RESIZE",
    to: "ACTIVE",
    body: { confirmResize: null },
    kind: "plain",
    accepted: 204,
  },
  { name: "shelve", from: "ACTIVE", to: "SHELVED_OFFLOADED", body: { shelve: null }, kind: "plain" },
  {
    name: "unshelve of what has left its host",
    from: "SHELVED_OFFLOADED",
    to: "ACTIVE",
    body: { unshelve: null },
    kind: "reads",
  },
  {
    name: "createImage",
    from: "ACTIVE",
    to: "ACTIVE",
    body: { createImage: { name: "image" } },
    kind: "plain",
  },
  {
    name: "createImage with the TPM",
    from: "ACTIVE",
    to: "ACTIVE",
    body: { createImage: { name: "image", "sealstone:tpm": "copy" } },
    kind: "reads",
  },
  {
    name: "createBackup",
    from: "ACTIVE",
    to: "ACTIVE",
    body: { createBackup: { name: "backup", backup_type: "daily", rotation: 1 } },
    kind: "plain",
  },
  {
    name: "lock",
    from: "ACTIVE",
    to: "ACTIVE",
    body: { lock: null },
    kind: "plain",
    after: { unlock: null },
  },
  {
    name: "reset of the state",
    from: "ACTIVE",
    to: "ACTIVE",
    body: { "os-resetState": { state: "active" } },
    kind: "administrators",
  },
  {
    name: "restore of a kept TPM state",
    from: "SHUTOFF",
    to: "SHUTOFF",
    body: ({ generation }) => ({ "sealstone:tpmRestore": { generation, reason: "test" } }),
    kind: "administrators",
    accepted: 200,
  },
  { name: "delete", from: "ACTIVE", to: "GONE", body: "DELETE", kind: "plain", accepted: 204 },
  {
    name: "delete of what is off",
    from: "SHUTOFF",
    to: "GONE",
    body: "DELETE",
    kind: "plain",
    accepted: 204,
  },
];

kit.table(operations);

describe.each(tpmModes)("mode %s", (mode) => {
  test("whose the secret is, and that nothing of it is left after a delete by whoever may", async () => {
    const { admin, demo } = kit.cloud();
    const id = await kit.made(mode);
    const { secret_id: secretId, ...owner } = await kit.tpmOf(id);
    const [nova] = (await admin.send("GET", "/identity/v3/users?name=nova")).body.users;
    const ownerId = mode === "deployment" ? nova.id : demo.userId;
    expect(owner.owner_user_id).toBe(ownerId);
    const { body } = await admin.send("GET", `/key-manager/v1/secrets/${secretId}`);
    expect(body).toMatchObject({ creator_id: ownerId, name: `vTPM secret for instance ${id}` });
    const theirs = (await demo.send("GET", "/key-manager/v1/secrets?limit=1000")).body.secrets as {
      name: string;
    }[];
    expect(theirs.some(({ name }) => name.endsWith(id))).toBe(mode !== "deployment");
    const payload = await kit.payloadOf(demo, secretId);
    if (mode === "deployment") expect(payload).toBe(403);
    else expect(payload).toMatch(/^[0-9a-f]{64}$/);
    for (const client of [demo, kit.client("member"), admin]) {
      const gone = await kit.made(mode);
      const secret = (await kit.tpmOf(gone)).secret_id;
      expect((await kit.act(client, gone, "DELETE")).status).toBe(204);
      await kit.reached(gone, "GONE");
      expect((await admin.send("GET", `/key-manager/v1/secrets/${secret}`)).status).toBe(404);
      expect(kit.cloud().host().servers.has(gone)).toBe(false);
    }
  });
});

test("mode host: without what the host keeps operators wait for the owner, whose start gives it back", async () => {
  const { admin, demo, hostRestart } = kit.cloud();
  const start = { "os-start": null };
  const id = await kit.made("host");
  await kit.bring(id, "host", "SHUTOFF");
  await hostRestart((books) => {
    for (const [serverId, { tpm }] of Object.entries(books))
      if (serverId === id && tpm) (tpm as { passphraseKept?: boolean }).passphraseKept = false;
  });
  const before = await kit.allOf(id);
  const refused = await kit.act(admin, id, start);
  expect(refused.status).toBe(403);
  expect(refused.body.forbidden.message).toMatch(
    /Operators .* while the server's host keeps the passphrase; this host does not at present/,
  );
  expect(await kit.allOf(id)).toEqual(before);
  expect((await kit.act(demo, id, start)).status).toBe(202);
  await kit.reached(id, "ACTIVE");
  await kit.bring(id, "host", "SHUTOFF");
  expect((await kit.act(admin, id, start)).status).toBe(202);
  await kit.reached(id, "ACTIVE");
});

test("the mode is a required trait; a host that does not offer it takes no such server", async () => {
  const other = await startSimulatedCloud({ settings: { tpmSecretSecurities: ["host"] } });
  try {
    const picture = await imageMake(other.demo);
    const flavorRef = await other.flavorAdd("deployment", {
      "hw:tpm_version": "2.0",
      "hw:tpm_secret_security": "deployment",
    });
    const server = { name: "s", imageRef: picture, flavorRef, networks: "none" };
    const { body } = await other.demo.send("POST", servers, { server }, "2.37");
    const found = await eventually(async () => {
      const answer = await other.demo.send("GET", `${servers}/${body.server.id}`);
      return answer.body.server.status === "ERROR" ? answer.body.server : undefined;
    });
    expect(found.fault.message).toContain("COMPUTE_SECURITY_TPM_SECRET_SECURITY_DEPLOYMENT");
  } finally {
    await other.stop();
  }
}, 60_000);

test("hw:tpm_secret_security is validated where it is set, from 2.86 on", async () => {
  const { admin, demo, flavorAdd } = kit.cloud();
  const path = `/compute/v2.1/flavors/${kit.flavor("user")}/os-extra_specs/hw:tpm_secret_security`;
  const wrong = { "hw:tpm_secret_security": "nobody" };
  const refused = await admin.send("PUT", path, wrong, "2.86");
  expect(refused.status).toBe(400);
  expect(refused.body.badRequest.message).toBe(
    "Validation failed; 'nobody' is not one of: user, host, deployment.",
  );
  const alone = await flavorAdd("mode alone", { "hw:tpm_secret_security": "host" });
  const server = { name: "s", imageRef: kit.image(), flavorRef: alone, networks: "none" };
  const contrary = await demo.send("POST", servers, { server }, "2.37");
  expect(contrary.status).toBe(400);
  expect(contrary.body.badRequest.message).toContain("TPM version is required");
});
