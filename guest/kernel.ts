import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { kernelMetaPackage } from "./packages.ts";
import { packagesUnpack } from "./packages-unpack.ts";
import { run } from "./run.ts";

export interface UnpackedKernel {
  readonly packageName: string;
  readonly vmlinuzPath: string;
  /** `lib/modules/<release>` of the unpacked package. */
  readonly modulesFolder: string;
}

interface KernelModule {
  readonly name: string;
  readonly data: Buffer;
}

/** What the guest drives besides the drivers that the kernel has built in: disk, random numbers, power button. */
const WANTED_MODULES = ["virtio_pci", "virtio_blk", "virtio-rng", "button", "evdev", "tpm_tis", "tpm_crb"];

/** For a config drive, loaded on demand. */
const CD_MODULES = ["ata_piix", "sr_mod", "isofs"];

export interface GuestModules {
  readonly boot: readonly KernelModule[];
  readonly cd: readonly KernelModule[];
}

/** Fetches the distribution's current cloud kernel into the folder and unpacks it there, without installing it. */
export async function kernelFetch(folder: string): Promise<UnpackedKernel> {
  const packageName = await kernelPackageName();
  const unpacked = join(folder, "kernel");
  await packagesUnpack([packageName], unpacked);
  const files = await readdir(unpacked, { recursive: true });
  const vmlinuz = files.find((path) => path.startsWith("boot/vmlinuz-"));
  const builtIn = files.find((path) => /lib\/modules\/[^/]+\/modules\.builtin$/.test(path));
  if (vmlinuz === undefined || builtIn === undefined) {
    throw new Error(`${packageName} holds no boot/vmlinuz-* or no lib/modules/*/modules.builtin`);
  }
  return {
    packageName,
    vmlinuzPath: join(unpacked, vmlinuz),
    modulesFolder: join(unpacked, builtIn, ".."),
  };
}

async function kernelPackageName(): Promise<string> {
  const depends = (await run("apt-cache", ["depends", kernelMetaPackage]).catch(() => "")).toString();
  const name = /Depends: (linux-image-\S+)/.exec(depends)?.[1];
  if (name === undefined) {
    throw new Error(`apt knows no kernel behind ${kernelMetaPackage}: run apt-get update, then try again`);
  }
  return name;
}

/** The wanted modules and those they depend on, in an order in which they load; built-in ones are left out. */
export async function kernelModules(modulesFolder: string): Promise<GuestModules> {
  const paths = new Map<string, string>();
  for (const path of await readdir(modulesFolder, { recursive: true })) {
    if (/\.ko(\.xz)?$/.test(path)) paths.set(moduleName(path), join(modulesFolder, path));
  }
  const builtIn = await readFile(join(modulesFolder, "modules.builtin"), "utf8");
  const settled = new Set(builtIn.trim().split("\n").map(moduleName));
  const ordered: KernelModule[] = [];

  async function add(name: string): Promise<void> {
    if (settled.has(name)) return;
    settled.add(name);
    const path = paths.get(name);
    if (path === undefined) throw new Error(`the kernel has no module ${name} in ${modulesFolder}`);
    const data = path.endsWith(".xz") ? await run("xz", ["-dc", path]) : await readFile(path);
    for (const dependency of moduleDependencies(data)) await add(dependency);
    ordered.push({ name: `${name}.ko`, data });
  }

  for (const name of WANTED_MODULES) await add(moduleName(name));
  const boot = ordered.splice(0);
  for (const name of CD_MODULES) await add(moduleName(name));
  return { boot, cd: ordered };
}

/** A module's file name may have dashes where its dependents write underscores. */
function moduleName(path: string): string {
  return basename(path)
    .replace(/\.ko(\.xz)?$/, "")
    .replaceAll("-", "_");
}

/** The .modinfo section is a list of NUL-ended `key=value` strings, one of them `depends=a,b`. */
function moduleDependencies(data: Buffer): readonly string[] {
  const depends = /\0depends=([^\0]*)\0/.exec(data.toString("latin1"))?.[1] ?? "";
  return depends === "" ? [] : depends.split(",").map(moduleName);
}
