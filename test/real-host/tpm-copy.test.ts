import { X509Certificate } from "node:crypto";
import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AgentContext } from "#agent/agent-context.ts";
import { tpmCopy } from "#agent/commands/tpm-copy.ts";
import { tpmManufacture } from "#agent/commands/tpm-manufacture.ts";
import { tpmExamine } from "#agent/tpm/examine.ts";
import { tpmStateRead } from "#agent/tpm/state-bytes.ts";
import { newUuid } from "#base/ids.ts";
import { silentLogger } from "#base/logger.ts";
import { boxSeal } from "#seal/index.ts";
import { vtpmAssociatedData, type TpmVersion } from "#vtpm/index.ts";
import { passphraseMake, tpmWorkshop, workshopPool, type TpmWorkshop } from "../kit/tpm-workshop.ts";

let workshop: TpmWorkshop;
let context: AgentContext;
beforeAll(async () => {
  workshop = await tpmWorkshop();
  const { key, owner, paths, server } = workshop;
  const pool = workshopPool(workshop, { "2.0": 0, "1.2": 0 });
  await pool.prepare();
  context = {
    key,
    pool,
    paths: { ...paths, server },
    swtpmUser: owner,
    log: silentLogger,
    // The vault hears of it elsewhere.
    copies: { copy: () => Promise.resolve(undefined) },
  } as unknown as AgentContext;
});
afterAll(() => workshop.remove());

const sealed = (passphrase: Buffer, id: string): Promise<string> =>
  boxSeal(workshop.key.publicKey, passphrase, vtpmAssociatedData(id));

async function stateOf(serverId: string, version: TpmVersion): Promise<Buffer> {
  return (await tpmStateRead(workshop.server(serverId), version))?.bytes ?? Buffer.alloc(0);
}

const specs = [
  { version: "2.0", model: "tpm-crb" },
  { version: "1.2", model: "tpm-tis" },
] as const;

test.each(specs)(
  "a TPM $version goes into an image and out of it, each under its own passphrase",
  async (spec) => {
    const { version } = spec;
    const [origin, imageId, copy] = [newUuid(), newUuid(), newUuid()];
    const [first, images, second] = [passphraseMake(), passphraseMake(), passphraseMake()];
    const tpm = { ...spec, secretId: newUuid() };
    const made = await tpmManufacture(context, {
      serverId: origin,
      tpm,
      passphrase: await sealed(first, origin),
    });
    const boxes = { passphrase: await sealed(first, origin), imagePassphrase: await sealed(images, imageId) };
    const content = await tpmCopy(context, { serverId: origin, imageId, tpm, ...boxes });
    expect(content.certificates.map(({ name }) => name)).toContain("ek-rsa2048.crt");

    const source = { imageId, content, passphrase: await sealed(images, imageId) };
    const wanted = { serverId: copy, tpm: { ...spec, secretId: newUuid() } };
    const passphrase = await sealed(second, copy);
    // Another passphrase than the image's opens nothing, and nothing is made instead.
    const wrong = { ...source, passphrase: await sealed(first, imageId) };
    await expect(tpmManufacture(context, { ...wanted, passphrase, source: wrong })).rejects.toMatchObject({
      code: "conflict",
    });
    expect(await stateOf(copy, version)).toHaveLength(0);

    const copied = await tpmManufacture(context, { ...wanted, passphrase, source });
    expect(copied.endorsementKeys).toEqual(made.endorsementKeys);
    const certificates = (made.endorsementKeys ?? []).map((key) => new X509Certificate(key.certificate).raw);
    const { owner, folder: workFolder } = workshop;
    const inside = { version, certificates, owner, workFolder };
    const states = { origin: await stateOf(origin, version), copy: await stateOf(copy, version) };
    // The image's state is opened by the image's passphrase, the copy's by the copy's, and neither by the origin's.
    await tpmExamine({ ...inside, bytes: Buffer.from(content.bytes, "base64"), passphrase: images });
    await tpmExamine({ ...inside, bytes: states.origin, passphrase: first });
    await tpmExamine({ ...inside, bytes: states.copy, passphrase: second });
    await expect(tpmExamine({ ...inside, bytes: states.copy, passphrase: first })).rejects.toThrow("swtpm");
    await expect(tpmExamine({ ...inside, bytes: states.copy, passphrase: images })).rejects.toThrow("swtpm");
    // Once more is the same.
    await tpmManufacture(context, { ...wanted, passphrase, source });
    expect((await stateOf(copy, version)).equals(states.copy)).toBe(true);
    expect(await readdir(workshop.places.work)).toEqual([]);
  },
);
