import { readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { constants, zstdCompress } from "node:zlib";
import { cpioArchive } from "./cpio.ts";
import type { CpioEntry } from "./cpio.ts";
import type { GuestModules } from "./kernel.ts";
import { run } from "./run.ts";
import { standInWrite } from "./stand-in.ts";
import type { UnpackedTools } from "./tpm12-tools.ts";

const zstdCompressAsync = promisify(zstdCompress);
const COMPRESSION_LEVEL = 12;
const tpm2 = "/usr/bin/tpm2";
/** For a command that the guest never runs: without it and the 27 libraries behind it the ramdisk is half as large, and the other commands begin sooner. */
const httpClient = { program: tpm2, library: "libcurl" };
const FACT_SCRIPTS = ["block.sh", "disk.sh", "tpm2.sh", "tpm12.sh", "config-drive.sh"];

/** The guest's first file system: busybox, tpm2-tools with their libraries, modules and the scripts of this folder. */
export async function ramdiskBuild(
  modules: GuestModules,
  tpm12Tools: UnpackedTools | undefined,
  work: string,
): Promise<Buffer> {
  const files: CpioEntry[] = [
    await copied(join(import.meta.dirname, "init"), "init"),
    { kind: "link", path: "bin/sh", target: "busybox" },
    ...(await Promise.all(
      FACT_SCRIPTS.map((name) => copied(join(import.meta.dirname, name), `lib/facts/${name}`)),
    )),
    ...(await programEntries(tpm12Tools, await standInWrite(httpClient, join(work, "stand-in")))),
    ...moduleEntries(modules),
  ];
  const mountPoints = ["dev", "etc", "proc", "sys", "run"].map((path): CpioEntry => ({
    kind: "directory",
    path,
  }));
  const folders = parentFolders(files.map((entry) => entry.path));
  // The kernel opens the console before init can mount /dev.
  const console: CpioEntry = { kind: "character-device", path: "dev/console", major: 5, minor: 1 };
  const archive = cpioArchive([...folders, ...mountPoints, console, ...files]);
  const params = { [constants.ZSTD_c_compressionLevel]: COMPRESSION_LEVEL };
  return await zstdCompressAsync(archive, { params });
}

/** Libraries keep the path at which the loader of this machine found them: the guest's loader is the same one. */
async function programEntries(
  tools: UnpackedTools | undefined,
  standIn: string | undefined,
): Promise<readonly CpioEntry[]> {
  // The device back end is opened by name at run time, so the program's own list does not show it.
  const deviceBackEnd = await libraryFind("libtss2-tcti-device.so.0");
  const libraries = new Set([deviceBackEnd]);
  for (const program of [tpm2, deviceBackEnd]) {
    for (const path of await librariesOf(program, standIn === undefined ? [] : [standIn]))
      libraries.add(path);
  }
  const unpacked = (tools?.programs ?? []).map((path) => join(tools?.folder ?? "", path));
  // TrouSerS' daemon ends its threads with it: the C library loads it by name.
  if (tools) libraries.add(await libraryFind("libgcc_s.so.1"));
  for (const program of unpacked) {
    for (const path of await librariesOf(program, tools?.libraryFolders)) libraries.add(path);
  }
  return await Promise.all([
    copied("/bin/busybox", "bin/busybox"),
    copied(tpm2, "usr/bin/tpm2"),
    ...[...libraries, ...unpacked].map((path) => copied(path, placeOf(path, tools, standIn))),
  ]);
}

/** What was unpacked goes where it would be installed. */
function placeOf(path: string, tools: UnpackedTools | undefined, standIn: string | undefined): string {
  if (standIn !== undefined && path.startsWith(standIn)) return join("lib", relative(standIn, path));
  return tools !== undefined && path.startsWith(tools.folder) ? relative(tools.folder, path) : path.slice(1);
}

async function libraryFind(name: string): Promise<string> {
  const cache = (await run("/sbin/ldconfig", ["-p"])).toString();
  const line = cache.split("\n").find((candidate) => candidate.trim().startsWith(`${name} `));
  const path = line?.split(" => ")[1];
  if (path === undefined) throw new Error(`${name} is not installed`);
  return path;
}

async function librariesOf(program: string, folders: readonly string[] = []): Promise<readonly string[]> {
  const search = `LD_LIBRARY_PATH=${folders.join(":")}`;
  const listing = (await run("env", [search, "ldd", program])).toString();
  const missing = /(\S+) => not found/.exec(listing)?.[1];
  if (missing !== undefined) throw new Error(`${program} needs ${missing}, which is not installed`);
  return [...listing.matchAll(/(\/\S+) \(0x/g)].flatMap((match) => match[1] ?? []);
}

async function copied(source: string, path: string): Promise<CpioEntry> {
  return { kind: "file", path, data: await readFile(source), executable: true };
}

function moduleEntries({ boot, cd }: GuestModules): readonly CpioEntry[] {
  const order = (path: string, modules: typeof boot): CpioEntry => ({
    kind: "file",
    path,
    data: Buffer.from(modules.map(({ name }) => `${name}\n`).join("")),
    executable: false,
  });
  return [
    ...[...boot, ...cd].map(({ name, data }): CpioEntry => ({
      kind: "file",
      path: `lib/modules/${name}`,
      data,
      executable: false,
    })),
    order("lib/modules/load-order", boot),
    order("lib/modules/cd-load-order", cd),
  ];
}

/** Each folder once, parents first. */
function parentFolders(paths: readonly string[]): readonly CpioEntry[] {
  const folders = new Set<string>();
  for (const path of paths) {
    for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) folders.add(folder);
  }
  return [...folders].sort().map((path) => ({ kind: "directory", path }));
}
