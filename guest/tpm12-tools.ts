import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { tpm12Packages } from "./packages.ts";
import { packagesUnpack } from "./packages-unpack.ts";
import { run } from "./run.ts";

/** What drives a TPM 1.2: TrouSerS' daemon and the commands that the guest runs. */
const PROGRAMS = [
  "usr/sbin/tcsd",
  "usr/sbin/tpm_getpubek",
  "usr/sbin/tpm_nvdefine",
  "usr/sbin/tpm_nvread",
  "usr/sbin/tpm_nvwrite",
  "usr/sbin/tpm_takeownership",
  "usr/bin/tpm_sealdata",
  "usr/bin/tpm_unsealdata",
];

export interface UnpackedTools {
  /** Holds the programs at the paths that they have when installed. */
  readonly folder: string;
  readonly programs: readonly string[];
  /** Where their own libraries are; the others are the machine's. */
  readonly libraryFolders: readonly string[];
}

/**
 * The distribution's TPM 1.2 tools, unpacked and not installed: installing TrouSerS would start its daemon on the host.
 * Undefined where the distribution no longer has them; a guest with a TPM 1.2 then shows no NV value and no secret.
 */
export async function tpm12ToolsFetch(folder: string): Promise<UnpackedTools | undefined> {
  const libraries = await ownLibraryPackages();
  if (libraries === undefined) return undefined;
  const unpacked = join(folder, "tpm12");
  await packagesUnpack([...tpm12Packages, ...libraries], unpacked);
  const files = await readdir(unpacked, { recursive: true });
  const libraryFolders = new Set(
    files.filter((path) => /\.so\.\d+$/.test(path)).map((path) => join(unpacked, path, "..")),
  );
  return { folder: unpacked, programs: PROGRAMS, libraryFolders: [...libraryFolders] };
}

/** Their names differ between releases (`libtspi1`, `libtspi1t64`), so the packages say them. */
async function ownLibraryPackages(): Promise<readonly string[] | undefined> {
  try {
    // It fails for a package that is unknown or only a name that others provide.
    for (const name of tpm12Packages) await run("apt-cache", ["show", "--no-all-versions", name]);
    const depends = (await run("apt-cache", ["depends", ...tpm12Packages])).toString();
    return [
      ...new Set(
        [...depends.matchAll(/Depends: (libt(?:spi|pm-unseal)\S*)/g)].map((match) => match[1] ?? ""),
      ),
    ];
  } catch {
    return undefined;
  }
}
