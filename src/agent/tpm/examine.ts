/**
 * A look into a TPM, by commands of its own interface: whether swtpm opens it and its endorsement keys are those of their certificates.
 * TPM 2.0 Library part 3 (TPM2_NV_ReadPublic, TPM2_NV_Read; the certificates' indexes are of the TCG EK Credential Profile, 2.2.1.4
 * and 2.2.1.5.2); TPM Main 1.2 part 3 (TPM_ReadPubek: the certificate itself is the owner's to read, and there is none yet).
 */
import { X509Certificate } from "node:crypto";
import { CloudError } from "#base/errors.ts";
import type { TpmVersion } from "#vtpm/index.ts";
import { withTpmOpened } from "./opened.ts";
import type { SwtpmProcess } from "./swtpm-process.ts";
import type { SwtpmUser } from "./swtpm-user.ts";

/** RSA 2048 first, as the certificates come. */
const certificateIndexes = [0x01c0_0002, 0x01c0_0016];
/** TPM_NV_BUFFER_MAX is no less anywhere. */
const chunkBytes = 512;

/**
 * swtpm opens a copy of the state. Answers it as one swtpm hands it to another, encrypted with the same passphrase. Throws
 * `conflict` when swtpm does not open it, `bug` when the TPM's endorsement keys are not those of the certificates (DER, RSA first).
 */
export async function tpmExamine(input: {
  readonly version: TpmVersion;
  readonly bytes: Uint8Array;
  /** Not wiped here. */
  readonly passphrase: Uint8Array;
  readonly certificates: readonly Buffer[];
  readonly owner: SwtpmUser;
  /** A folder that swtpm's user may pass through. */
  readonly workFolder: string;
}): Promise<Buffer> {
  const { version, passphrase, certificates } = input;
  return withTpmOpened({ ...input, migrationPassphrase: passphrase }, async (swtpm) => {
    const same = version === "2.0" ? await same20(swtpm, certificates) : await same12(swtpm, certificates);
    if (!same)
      throw new CloudError(
        "bug",
        `The endorsement keys of a TPM ${version} are not those of its certificates.`,
      );
    return await swtpm.stateGet();
  });
}

async function same20(swtpm: SwtpmProcess, certificates: readonly Buffer[]): Promise<boolean> {
  await ask(swtpm, 0x8001, 0x144, [[0, 2]]);
  const found: Buffer[] = [];
  for (const index of certificateIndexes) found.push(await nvRead(swtpm, index));
  return (
    found.length === certificates.length && found.every((der, at) => certificates[at]?.equals(der) === true)
  );
}

async function same12(swtpm: SwtpmProcess, certificates: readonly Buffer[]): Promise<boolean> {
  await ask(swtpm, 0xc1, 0x99, [[1, 2]]);
  const anything: Fields = Array.from({ length: 5 }, () => [0, 4]);
  const answer = await ask(swtpm, 0xc1, 0x7c, anything);
  const [certificate] = certificates;
  if (certificate === undefined || certificates.length !== 1) return false;
  const { n = "" } = new X509Certificate(certificate).publicKey.export({ format: "jwk" });
  // TPM_PUBKEY: parameters, then the modulus.
  return answer.includes(Buffer.from(n, "base64url"));
}

/** Big-endian numbers, each with its width in bytes. */
type Fields = readonly (readonly [value: number, bytes: 1 | 2 | 4])[];

const headerBytes = 10;

/** The response behind its header. Throws unless the TPM succeeded. */
async function ask(swtpm: SwtpmProcess, tag: number, code: number, fields: Fields): Promise<Buffer> {
  const parameters = fields.map(([value, bytes]) => {
    const buffer = Buffer.alloc(bytes);
    buffer.writeUIntBE(value, 0, bytes);
    return buffer;
  });
  const command = Buffer.concat([Buffer.alloc(headerBytes), ...parameters]);
  command.writeUInt16BE(tag, 0);
  command.writeUInt32BE(command.length, 2);
  command.writeUInt32BE(code, 6);
  const response = await swtpm.command(command);
  const result = response.readUInt32BE(6);
  if (result === 0) return response.subarray(headerBytes);
  throw new CloudError(
    "bug",
    `The TPM answered command 0x${code.toString(16)} with 0x${result.toString(16)}.`,
  );
}

async function nvRead(swtpm: SwtpmProcess, index: number): Promise<Buffer> {
  const about = await ask(swtpm, 0x8001, 0x169, [[index, 4]]);
  // TPM2B_NV_PUBLIC: the size of all, index, hash algorithm, attributes, policy with its size; the size of the data.
  const policyBytes = about.readUInt16BE(12);
  const size = about.readUInt16BE(14 + policyBytes);
  const parts: Buffer[] = [];
  for (let offset = 0; offset < size; offset += chunkBytes) {
    const length = Math.min(chunkBytes, size - offset);
    // Twice the index: whose authorization, and what to read. Then an empty password as session.
    const session: Fields = [
      [9, 4],
      [0x4000_0009, 4],
      [0, 2],
      [0, 1],
      [0, 2],
    ];
    const answer = await ask(swtpm, 0x8002, 0x14e, [
      [index, 4],
      [index, 4],
      ...session,
      [length, 2],
      [offset, 2],
    ]);
    // The size of the parameters, TPM2B_MAX_NV_BUFFER, then the session's.
    parts.push(answer.subarray(6, 6 + answer.readUInt16BE(4)));
  }
  return Buffer.concat(parts);
}
