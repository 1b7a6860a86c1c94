import { createHash } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { kernelFetch, kernelModules } from "./kernel.ts";
import { guestPackages, tpm12Packages } from "./packages.ts";
import { ramdiskBuild } from "./ramdisk.ts";
import { run } from "./run.ts";
import { tpm12ToolsFetch } from "./tpm12-tools.ts";

export interface Guest {
  readonly kernelPath: string;
  readonly ramdiskPath: string;
  readonly diskPath: string;
  /** Hash of the guest's sources and of the versions of the packages it is made from. */
  readonly version: string;
}

export interface GuestBuildOptions {
  /** Each version gets a folder of its own in it. */
  readonly outputFolder: string;
  readonly onProgress?: (message: string) => void;
}

const DISK_SIZE = "64M";
/** Needed to build and no part of the guest: their updates are no reason to build again. */
const buildTools: readonly string[] = ["qemu-utils", "xz-utils"];

/**
 * Builds the test guest from the distribution's packages (`guestPackages` have to be installed, apt's lists to be there).
 * A version that was built before is returned at once; a version appears whole or not at all.
 */
export async function buildGuest({ outputFolder, onProgress }: GuestBuildOptions): Promise<Guest> {
  const version = await guestVersion();
  const guest = guestIn(join(outputFolder, version), version);
  if (await exists(guest.diskPath)) return guest;

  const report = onProgress ?? (() => {});
  await mkdir(outputFolder, { recursive: true });
  const work = await mkdtemp(join(outputFolder, ".building-"));
  try {
    const finished = join(work, "guest");
    await mkdir(finished);
    await buildInto(guestIn(finished, version), work, report);
    await publish(finished, join(outputFolder, version));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  report(`guest ${version} is built`);
  return guest;
}

async function buildInto(guest: Guest, work: string, report: (message: string) => void): Promise<void> {
  report("fetching the guest's kernel");
  const kernel = await kernelFetch(work);
  report(`packing the guest's files around ${kernel.packageName}`);
  const tpm12Tools = await tpm12ToolsFetch(work);
  if (!tpm12Tools)
    report(`this distribution has no ${tpm12Packages.join(" and ")}: a TPM 1.2 shows no NV value`);
  const ramdisk = await ramdiskBuild(await kernelModules(kernel.modulesFolder), tpm12Tools, work);
  await copyFile(kernel.vmlinuzPath, guest.kernelPath);
  await writeFile(guest.ramdiskPath, ramdisk);
  await run("qemu-img", ["create", "-q", "-f", "qcow2", guest.diskPath, DISK_SIZE]);
}

/** Somebody else may have built the same version meanwhile: theirs is as good. */
async function publish(finished: string, target: string): Promise<void> {
  try {
    await rename(finished, target);
  } catch (error) {
    if (!(await exists(target))) throw error;
  }
}

function guestIn(folder: string, version: string): Guest {
  return {
    kernelPath: join(folder, "vmlinuz"),
    ramdiskPath: join(folder, "initramfs.zst"),
    diskPath: join(folder, "disk.qcow2"),
    version,
  };
}

/**
 * Of what goes into the guest. The kernel's version is left out: asking for it takes apt, and a newer kernel is no reason
 * to build again.
 */
async function guestVersion(): Promise<string> {
  const hash = createHash("sha256");
  hash.update(await packageVersions());
  for (const name of (await readdir(import.meta.dirname)).sort()) {
    if (!/^init$|\.sh$|\.ts$/.test(name) || /\.test\.ts$|^console-facts/.test(name)) continue;
    hash.update(`\n${name}\n`).update(await readFile(join(import.meta.dirname, name)));
  }
  return hash.digest("hex").slice(0, 16);
}

async function packageVersions(): Promise<Buffer> {
  try {
    return await run("dpkg-query", [
      "-W",
      "-f",
      "${Package} ${Version} ${db:Status-Status}\n",
      ...guestPackages.filter((name) => !buildTools.includes(name)),
    ]);
  } catch (error) {
    const advice = `The guest is built from Debian packages: apt-get install ${guestPackages.join(" ")}`;
    throw new Error(advice, { cause: error });
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
