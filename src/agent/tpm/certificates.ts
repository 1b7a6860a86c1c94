import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Static } from "typebox";
import { CloudError } from "#base/errors.ts";
import type { commands } from "#bus/index.ts";
import { isAbsent, plainFileRead } from "../files.ts";

/** Of a TPM's keys and its platform, as swtpm_setup wrote them: DER, as base64, by the name of their file. */
export type TpmCertificates = Static<typeof commands.tpmCopy.reply>["certificates"];

const isCertificate = (name: string): boolean => /^[a-z0-9-]+\.crt$/.test(name);
/** They have one or two thousand bytes. */
const mostBytes = 65_536;

/** In the order of their names, RSA first; none when the folder is not there. */
export async function tpmCertificatesRead(folder: string): Promise<TpmCertificates> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isAbsent(error)) return [];
    throw error;
  });
  return Promise.all(
    names
      .filter(isCertificate)
      .toSorted()
      .map(async (name) => ({
        name,
        bytes: (await plainFileRead(join(folder, name), mostBytes)).toString("base64"),
      })),
  );
}

/** Those of the endorsement keys: DER, RSA first. */
export function endorsementCertificates(certificates: TpmCertificates): readonly Buffer[] {
  return certificates
    .filter(({ name }) => name.startsWith("ek-"))
    .map(({ bytes }) => Buffer.from(bytes, "base64"));
}

/** Durable. Throws `invalid` for a name that is none of swtpm_setup's: it becomes part of a path. */
export async function tpmCertificatesWrite(folder: string, certificates: TpmCertificates): Promise<void> {
  const wrong = certificates.find(({ name }) => !isCertificate(name));
  if (wrong) throw new CloudError("invalid", `"${wrong.name}" is no name of a TPM's certificate.`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await Promise.all(
    certificates.map(({ name, bytes }) =>
      writeFile(join(folder, name), Buffer.from(bytes, "base64"), { mode: 0o600, flush: true }),
    ),
  );
}
