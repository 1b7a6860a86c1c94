import { X509Certificate } from "node:crypto";
import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tpmSetupConfig } from "#agent/tpm/authority.ts";
import { tpmStateAuthenticate } from "#agent/tpm/authenticate.ts";
import { endorsementKeysRead, tpmCertificatesFolder } from "#agent/tpm/endorsement-keys.ts";
import { tpmExamine } from "#agent/tpm/examine.ts";
import { tpmManufacture } from "#agent/tpm/manufacture.ts";
import { tpmStateRekey } from "#agent/tpm/rekey.ts";
import { tpmStateRead } from "#agent/tpm/state-bytes.ts";
import { newUuid } from "#base/ids.ts";
import type { TpmVersion } from "#vtpm/index.ts";
import { passphraseMake, tpmWorkshop, type TpmWorkshop } from "../kit/tpm-workshop.ts";

let workshop: TpmWorkshop;
beforeAll(async () => {
  workshop = await tpmWorkshop();
});
afterAll(() => workshop.remove());

const versions: readonly TpmVersion[] = ["2.0", "1.2"];

test.each(versions)("a TPM %s stays the same under another passphrase", async (version) => {
  const { passphrase, bytes, certificates } = await tpmMake(version);
  const { folder, owner } = workshop;
  const inside = { version, certificates, owner, workFolder: folder };
  await tpmExamine({ ...inside, bytes, passphrase });

  const other = passphraseMake();
  const rekey = { version, bytes, owner, workFolder: folder };
  const renewed = await tpmStateRekey({ ...rekey, from: passphrase, to: other });
  expect(renewed.equals(bytes)).toBe(false);
  await tpmExamine({ ...inside, bytes: renewed, passphrase: other });
  await expect(tpmExamine({ ...inside, bytes: renewed, passphrase })).rejects.toThrow("swtpm");
  const { certificates: others } = await tpmMake(version);
  const foreign = tpmExamine({ ...inside, certificates: others, bytes, passphrase });
  await expect(foreign).rejects.toMatchObject({ code: "bug" });
  const paths = workshop.server(newUuid());
  const check = { version, paths, owner };
  expect(await tpmStateAuthenticate({ ...check, bytes: renewed, passphrase: other })).toBe(true);
  expect(await tpmStateAuthenticate({ ...check, bytes: renewed, passphrase })).toBe(false);
});

test.each(versions)(
  "a TPM %s that its passphrase does not open is refused, and none is made",
  async (version) => {
    const { passphrase, bytes } = await tpmMake(version);
    const { folder, owner } = workshop;
    const rekey = { version, owner, workFolder: folder, to: passphraseMake() };
    const refusal = { code: "conflict" };
    await expect(tpmStateRekey({ ...rekey, bytes, from: passphraseMake() })).rejects.toMatchObject(refusal);
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8(flipped.readUInt8(2_000) ^ 1, 2_000);
    await expect(tpmStateRekey({ ...rekey, bytes: flipped, from: passphrase })).rejects.toMatchObject(
      refusal,
    );
    expect((await readdir(folder)).filter((name) => name.startsWith("tpm-"))).toEqual(["tpm-authority"]);
  },
);

async function tpmMake(
  version: TpmVersion,
): Promise<{ passphrase: Buffer; bytes: Buffer; certificates: readonly Buffer[] }> {
  const { owner } = workshop;
  const serverId = newUuid();
  const paths = workshop.server(serverId);
  const passphrase = passphraseMake();
  const setupConfig = tpmSetupConfig(workshop.paths.tpmAuthority);
  await tpmManufacture({ serverId, version, passphrase, paths, owner, setupConfig });
  const state = await tpmStateRead(paths, version);
  const keys = await endorsementKeysRead(tpmCertificatesFolder(paths.tpmRecords));
  return {
    passphrase,
    bytes: state?.bytes ?? Buffer.alloc(0),
    certificates: (keys ?? []).map(({ certificate }) => new X509Certificate(certificate).raw),
  };
}
