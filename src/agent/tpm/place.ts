import { chown, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Static } from "typebox";
import type { commands } from "#bus/index.ts";
import { CloudError } from "#base/errors.ts";
import { isAbsent, passableFolderEnsure, syncToDisk } from "../files.ts";
import { tpmStateNames, type ServerPaths } from "../agent-paths.ts";
import type { TpmVersion } from "#vtpm/index.ts";
import { tpmCertificatesFolder } from "./endorsement-keys.ts";
import { swtpmFolderEnsure, tpmStateFolder } from "./state.ts";
import type { SwtpmUser } from "./swtpm-user.ts";

export type TpmCertificates = Static<typeof commands.tpmCopy.reply>["certificates"];

const isCertificate = (name: string): boolean => /^[a-z0-9-]+\.crt$/.test(name);

/** What swtpm_setup wrote of the TPM's certificates; none when the host has none. */
export async function tpmCertificatesRead(paths: ServerPaths): Promise<TpmCertificates> {
  const folder = tpmCertificatesFolder(paths.tpmRecords);
  const names = await readdir(folder).catch((error: unknown) => {
    if (isAbsent(error)) return [];
    throw error;
  });
  return Promise.all(
    names.filter(isCertificate).map(async (name) => ({
      name,
      bytes: await readFile(join(folder, name), "base64"),
    })),
  );
}

/** Throws `invalid` for a name that is none of swtpm_setup's: it becomes part of a path. */
export async function tpmCertificatesWrite(paths: ServerPaths, certificates: TpmCertificates): Promise<void> {
  const folder = tpmCertificatesFolder(paths.tpmRecords);
  const wrong = certificates.find(({ name }) => !isCertificate(name));
  if (wrong) throw new CloudError("invalid", `"${wrong.name}" is no name of a TPM's certificate.`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await Promise.all(
    certificates.map(({ name, bytes }) =>
      writeFile(join(folder, name), Buffer.from(bytes, "base64"), { mode: 0o600 }),
    ),
  );
}

/** A folder with the version's name always holds a complete TPM, so it comes there by a rename. */
export async function tpmStatePlace(
  {
    version,
    owner,
    paths,
  }: { readonly version: TpmVersion; readonly owner: SwtpmUser; readonly paths: ServerPaths },
  bytes: Buffer,
): Promise<void> {
  await passableFolderEnsure(paths.tpmState);
  const draft = await mkdtemp(join(paths.tpmState, "making-"));
  try {
    const file = join(draft, tpmStateNames[version].file);
    await writeFile(file, bytes, { mode: 0o600, flush: true });
    await chown(file, owner.uid, owner.gid);
    await swtpmFolderEnsure(draft, owner);
    await syncToDisk(draft);
    await rename(draft, tpmStateFolder(paths, version));
    await syncToDisk(paths.tpmState);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
