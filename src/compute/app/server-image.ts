import { CloudError, isCloudError } from "#base/errors.ts";
import type { ImageFacts } from "#image/index.ts";
import type { ImageFile, ServerImage } from "../domain/server.ts";
import type { Flavor } from "../store/flavors.ts";
import type { ComputeCtx } from "./deps.ts";

export async function imageOf(ctx: ComputeCtx, id: string): Promise<ImageFacts> {
  try {
    const image = await ctx.deps.image.imageFetch(ctx.caller, id);
    if (image.status === "active") return image;
    throw new CloudError("invalid", `Image ${id} is not active.`);
  } catch (cause) {
    if (isCloudError(cause, "not-found")) {
      throw new CloudError("invalid", `Invalid imageRef provided: image ${id} could not be found.`, {
        cause,
      });
    }
    throw cause;
  }
}

/**
 * nova.compute.api.API._validate_flavor_image_nostatus. A root disk of 0 GiB is as large as the image says: as many
 * bytes as it likes on the host, so only administrators may.
 */
export function imageFits(
  ctx: ComputeCtx,
  image: ImageFacts,
  flavor: Pick<Flavor, "name" | "memoryMiB" | "rootGiB">,
): void {
  const { img_config_drive: configDrive = "optional" } = image.properties;
  if (configDrive !== "optional" && configDrive !== "mandatory")
    throw new CloudError("invalid", `Image's config drive option '${configDrive}' is invalid.`);
  if (flavor.memoryMiB < image.minRamMiB) {
    throw new CloudError(
      "invalid",
      `Flavor's memory is too small for requested image: ${flavor.name} has ${flavor.memoryMiB} MiB, image ${image.id} needs ${image.minRamMiB} MiB.`,
    );
  }
  if (flavor.rootGiB === 0) {
    if (ctx.allows("os_compute_api:servers:create:zero_disk_flavor")) return;
    throw new CloudError("forbidden", "Only volume-backed servers are allowed for flavors with zero disk.");
  }
  const flavorBytes = flavor.rootGiB * 1024 ** 3;
  const imageBytes = Math.max(image.sizeBytes ?? 0, image.virtualSizeBytes ?? 0);
  if (imageBytes > flavorBytes) {
    throw new CloudError(
      "invalid",
      `Flavor's disk is too small for requested image. Flavor disk is ${flavorBytes} bytes, image is ${imageBytes} bytes.`,
    );
  }
  if (image.minDiskGiB > flavor.rootGiB) {
    throw new CloudError(
      "invalid",
      `Flavor's disk is smaller than the minimum size specified in image metadata. Flavor disk is ${flavorBytes} bytes, minimum size is ${image.minDiskGiB * 1024 ** 3} bytes.`,
    );
  }
}

/** The caller must be allowed to see kernel and ramdisk too. */
export async function serverImageOf(ctx: ComputeCtx, image: ImageFacts): Promise<ServerImage> {
  const { kernel_id: kernelId, ramdisk_id: ramdiskId } = image.properties;
  return {
    id: image.id,
    properties: image.properties,
    disk: imageFileOf(image),
    ...(image.minRamMiB === 0 ? {} : { minRamMiB: image.minRamMiB }),
    ...(kernelId === undefined ? {} : { kernel: imageFileOf(await imageOf(ctx, kernelId)) }),
    ...(ramdiskId === undefined ? {} : { ramdisk: imageFileOf(await imageOf(ctx, ramdiskId)) }),
  };
}

function imageFileOf({ id: imageId, sha512, sizeBytes, diskFormat }: ImageFacts): ImageFile {
  if (sha512 === undefined || sizeBytes === undefined || diskFormat === undefined) {
    throw new CloudError("invalid", `Image ${imageId} has no data.`);
  }
  return { imageId, sha512, sizeBytes, diskFormat };
}
