import { chmod, chown, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Type, type Static } from "typebox";
import { Parse } from "typebox/value";
import { CloudError } from "#base/errors.ts";
import type { TpmVersion } from "#vtpm/index.ts";
import type { ServerPaths } from "../agent-paths.ts";
import { tpmStateNames } from "../agent-paths.ts";
import { fileCreateOnce, fileSizeFind, isAbsent } from "../files.ts";
import type { SwtpmUser } from "./swtpm-user.ts";

/** Written once the TPM is made: from then on an absent state is a loss and never a reason to make one. */
const TpmRecord = Type.Object({
  version: Type.Union([Type.Literal("1.2"), Type.Literal("2.0")]),
  secretId: Type.String(),
});
export type TpmRecord = Static<typeof TpmRecord>;

export function tpmStateFolder(paths: ServerPaths, version: TpmVersion): string {
  return join(paths.tpmState, tpmStateNames[version].folder);
}

export function tpmStateFile(paths: ServerPaths, version: TpmVersion): string {
  return join(tpmStateFolder(paths, version), tpmStateNames[version].file);
}

/** The folder of a state: swtpm's user alone looks into it, as libvirt has it. */
export async function swtpmFolderEnsure(folder: string, owner: SwtpmUser): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chown(folder, owner.uid, owner.gid);
  await chmod(folder, 0o700);
}

/** A folder that holds this state, for swtpm. The file comes first: once the folder is swtpm's, root writes nothing there. */
export async function swtpmFolderMake(
  folder: string,
  {
    version,
    bytes,
    owner,
  }: { readonly version: TpmVersion; readonly bytes: Uint8Array; readonly owner: SwtpmUser },
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, tpmStateNames[version].file);
  await writeFile(file, bytes, { mode: 0o600, flush: true });
  await chown(file, owner.uid, owner.gid);
  await swtpmFolderEnsure(folder, owner);
}

/** `absent`: nothing was ever made there; `lost`: the folder is there and the state is not, or is empty. */
export async function tpmStateLook(
  paths: ServerPaths,
  version: TpmVersion,
): Promise<"complete" | "lost" | "absent"> {
  const size = await fileSizeFind(tpmStateFile(paths, version));
  if (size !== undefined && size > 0) return "complete";
  const folder = await stat(tpmStateFolder(paths, version)).catch((error: unknown) => {
    if (isAbsent(error)) return undefined;
    throw error;
  });
  return folder === undefined ? "absent" : "lost";
}

/** Whether there is anything of the server's TPM at all. */
export async function tpmStateExists(paths: ServerPaths): Promise<boolean> {
  const looks = await Promise.all([fileSizeFind(paths.tpmState), fileSizeFind(paths.tpmRecords)]);
  return looks.some((size) => size !== undefined);
}

export async function tpmRecordFind(paths: ServerPaths): Promise<TpmRecord | undefined> {
  try {
    return Parse(TpmRecord, JSON.parse(await readFile(join(paths.tpmRecords, "record.json"), "utf8")));
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

export async function tpmRecordWrite(paths: ServerPaths, record: TpmRecord): Promise<void> {
  await mkdir(paths.tpmRecords, { recursive: true, mode: 0o700 });
  await fileCreateOnce(join(paths.tpmRecords, "record.json"), `${JSON.stringify(record)}\n`, 0o600);
}

export async function tpmStateDelete(paths: ServerPaths): Promise<void> {
  await Promise.all([
    rm(paths.tpmState, { recursive: true, force: true }),
    rm(paths.tpmRecords, { recursive: true, force: true }),
  ]);
}

/** swtpm would silently make a new TPM in an empty folder, so a start without the state has to be refused. */
export function tpmStateLostError(serverId: string, paths: ServerPaths, version: TpmVersion): CloudError {
  return new CloudError(
    "conflict",
    `The TPM state of server ${serverId} is missing from its host. ` +
      "It is not made anew, because what was sealed to the old one would be lost for good. Have the operator restore it from a backup, or delete the server.",
    { detail: `expected ${tpmStateFile(paths, version)}, found none or an empty file` },
  );
}
