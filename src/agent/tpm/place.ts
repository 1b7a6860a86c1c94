import { mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { TpmVersion } from "#vtpm/index.ts";
import type { ServerPaths } from "../agent-paths.ts";
import { passableFolderEnsure, syncToDisk } from "../files.ts";
import { swtpmFolderMake, tpmStateFolder } from "./state.ts";
import type { SwtpmUser } from "./swtpm-user.ts";

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
    await swtpmFolderMake(draft, { version, bytes, owner });
    await syncToDisk(draft);
    await rename(draft, tpmStateFolder(paths, version));
    await syncToDisk(paths.tpmState);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
