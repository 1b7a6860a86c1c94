import type { Image, ImageStatus, ImageVisibility } from "./image.ts";

/** What other services need to know of an image. */
export interface ImageFacts {
  readonly id: string;
  readonly name: string | undefined;
  readonly status: ImageStatus;
  readonly visibility: ImageVisibility;
  readonly owner: string | undefined;
  /** The three are undefined until there is data. */
  readonly sizeBytes: number | undefined;
  readonly virtualSizeBytes: number | undefined;
  readonly sha512: string | undefined;
  readonly md5: string | undefined;
  readonly diskFormat: string | undefined;
  readonly containerFormat: string | undefined;
  readonly minDiskGiB: number;
  readonly minRamMiB: number;
  /** The flat keys: `kernel_id`, `ramdisk_id`, `hw_tpm_version`, … */
  readonly properties: Readonly<Record<string, string>>;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export function imageFactsOf(image: Image): ImageFacts {
  const properties: Record<string, string> = {};
  for (const [name, value] of Object.entries(image.properties)) if (value !== null) properties[name] = value;
  return {
    id: image.id,
    name: image.name ?? undefined,
    status: image.status,
    visibility: image.visibility,
    owner: image.owner ?? undefined,
    sizeBytes: image.sizeBytes ?? undefined,
    virtualSizeBytes: image.virtualSizeBytes ?? undefined,
    sha512: image.sha512 ?? undefined,
    md5: image.md5 ?? undefined,
    diskFormat: image.diskFormat ?? undefined,
    containerFormat: image.containerFormat ?? undefined,
    minDiskGiB: image.minDiskGiB,
    minRamMiB: image.minRamMiB,
    properties,
    createdAt: image.createdAt,
    updatedAt: image.updatedAt,
  };
}
