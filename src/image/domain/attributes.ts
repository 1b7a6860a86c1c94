import { CloudError } from "#base/errors.ts";

/** Set by the service alone (glance.api.v2.images: `_readonly_properties`, `_disallowed_properties`). */
const readOnly = new Set([
  "created_at",
  "updated_at",
  "status",
  "checksum",
  "size",
  "virtual_size",
  "direct_url",
  "self",
  "file",
  "schema",
  "stores",
  "id",
  "os_hash_algo",
  "os_hash_value",
]);

const reserved = new Set(["location", "locations", "deleted", "deleted_at", "members"]);
const reservedPrefix = "os_glance";

/** Image attributes that a client may set and that are no free properties. */
export const settableAttributes = new Set([
  "name",
  "visibility",
  "owner",
  "protected",
  "os_hidden",
  "disk_format",
  "container_format",
  "min_disk",
  "min_ram",
  "tags",
]);

/** Throws `forbidden` for an attribute that no request may write. `id` may be chosen at creation. */
export function requireWritable(name: string, creating: boolean): void {
  if (readOnly.has(name) && !(creating && name === "id")) {
    throw new CloudError("forbidden", `Attribute '${name}' is read-only.`);
  }
  if (reserved.has(name) || name.startsWith(reservedPrefix)) {
    throw new CloudError("forbidden", `Attribute '${name}' is reserved.`);
  }
}

const maximumProperties = 128;
const maximumTags = 128;

/** Glance's `image_property_quota` and `image_tag_quota`. */
export function requireWithinQuota(
  properties: Readonly<Record<string, unknown>>,
  tags: readonly string[],
): void {
  const count = Object.keys(properties).length;
  if (count > maximumProperties) {
    throw new CloudError(
      "too-large",
      `The limit has been exceeded on the number of allowed image properties. Attempted: ${count}, Maximum: ${maximumProperties}`,
    );
  }
  if (tags.length > maximumTags) {
    throw new CloudError(
      "too-large",
      `The limit has been exceeded on the number of allowed image tags. Attempted: ${tags.length}, Maximum: ${maximumTags}`,
    );
  }
  const long = Object.keys(properties).find((name) => name.length > 255);
  if (long !== undefined) {
    throw new CloudError("invalid", "Custom property should not be greater than 255 characters.");
  }
}
