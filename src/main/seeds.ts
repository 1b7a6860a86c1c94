import { createHash } from "node:crypto";
import type { Compute } from "#compute/index.ts";
import type { ImageSeed, ImageService } from "#image/index.ts";

/** The files of the test guest (guest/build.ts). */
export interface GuestFiles {
  readonly kernelPath: string;
  readonly ramdiskPath: string;
  readonly diskPath: string;
}

/** The flavors that every new cloud has. */
export async function flavorsSeed(compute: Compute): Promise<void> {
  const small = { memoryMiB: 256, vcpus: 1, rootGiB: 1 };
  await compute.flavorEnsure({ name: "plain.small", ...small, extraSpecs: {} });
  const tpm = { "hw:tpm_version": "2.0", "hw:tpm_model": "tpm-crb" };
  await compute.flavorEnsure({ name: "vtpm.small", ...small, extraSpecs: tpm });
}

/** The public image `sealstone-guest` with its kernel and ramdisk; a newer guest replaces an older one's data. */
export async function guestSeed(
  image: ImageService,
  guest: GuestFiles,
  { onlyWhatIsThere }: { readonly onlyWhatIsThere: boolean },
): Promise<void> {
  const kernel = seedOf("sealstone-guest-kernel", guest.kernelPath, "aki", {});
  const ramdisk = seedOf("sealstone-guest-ramdisk", guest.ramdiskPath, "ari", {});
  const disk = seedOf("sealstone-guest", guest.diskPath, "qcow2", {
    kernel_id: kernel.id,
    ramdisk_id: ramdisk.id,
    // Without hardware virtualization, on a busy machine, the kernel's check of its timer fails and it panics; its tests of its own
    // cryptography take a while.
    os_command_line: "console=ttyS0 quiet no_timer_check cryptomgr.notests",
  });
  for (const seed of [kernel, ramdisk, disk]) {
    if (!onlyWhatIsThere || (await image.imageExists(seed.id))) await image.imageEnsure(seed);
  }
}

function seedOf(
  name: string,
  path: string,
  format: "aki" | "ari" | "qcow2",
  properties: Record<string, string>,
): ImageSeed {
  return {
    id: idOf(name),
    name,
    visibility: "public",
    diskFormat: format,
    containerFormat: format === "qcow2" ? "bare" : format,
    properties,
    minDiskGiB: 0,
    minRamMiB: format === "qcow2" ? 128 : 0,
    path,
  };
}

/** The same UUID in every cloud (RFC 9562 version 8: ours to define). */
function idOf(name: string): string {
  const hex = createHash("sha256").update(`sealstone image ${name}`).digest("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}
