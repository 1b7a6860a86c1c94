import { isoSeconds } from "#base/clock.ts";
import type { Image } from "../domain/image.ts";

/** Image API reference, "Show image": attributes and free properties side by side. */
export function imageView(image: Image): Record<string, unknown> {
  const self = `/v2/images/${image.id}`;
  return {
    ...image.properties,
    name: image.name,
    disk_format: image.diskFormat,
    container_format: image.containerFormat,
    visibility: image.visibility,
    size: image.sizeBytes,
    virtual_size: image.virtualSizeBytes,
    status: image.status,
    checksum: image.md5,
    protected: image.isProtected,
    min_ram: image.minRamMiB,
    min_disk: image.minDiskGiB,
    owner: image.owner,
    os_hidden: image.isHidden,
    os_hash_algo: image.sha512 === null ? null : "sha512",
    os_hash_value: image.sha512,
    id: image.id,
    created_at: isoSeconds(image.createdAt),
    updated_at: isoSeconds(image.updatedAt),
    tags: image.tags,
    self,
    file: `${self}/file`,
    schema: "/v2/schemas/image",
  };
}
