import { CloudError } from "#base/errors.ts";
import { requireWithinQuota, settableAttributes } from "./attributes.ts";
import type { Image, ImageVisibility } from "./image.ts";
import type { AttributeValue } from "./image-schema.ts";
import type { Change } from "./patch.ts";

/** The image after all changes; throws `conflict` or `forbidden` in Glance's words, and then nothing has changed. */
export function imageChanged(image: Image, changes: readonly Change[]): Image {
  const changed = changes.reduce(applyChange, image);
  requireWithinQuota(changed.properties, changed.tags);
  return changed;
}

function applyChange(image: Image, change: Change): Image {
  const { name } = change;
  if (settableAttributes.has(name)) {
    if (change.op === "remove") throw new CloudError("forbidden", `Property ${name} may not be removed.`);
    if (change.op === "add" && change.draft === 4) throw alreadyPresent(name);
    return withAttribute(image, name, change.value);
  }
  const present = Object.hasOwn(image.properties, name);
  if (change.op === "add" && change.draft === 4 && present) throw alreadyPresent(name);
  if (change.op !== "add" && !present) throw new CloudError("conflict", `Property ${name} does not exist.`);
  const properties = { ...image.properties };
  if (change.op === "remove") delete properties[name];
  else properties[name] = change.value as string | null;
  return { ...image, properties };
}

function alreadyPresent(name: string): CloudError {
  return new CloudError("conflict", `Property ${name} already present.`);
}

/** Sets one of `settableAttributes`; the schema has passed the value. */
export function withAttribute(image: Image, name: string, value: AttributeValue): Image {
  switch (name) {
    case "name":
      return { ...image, name: value as string | null };
    case "visibility":
      return { ...image, visibility: value as ImageVisibility };
    case "owner":
      return { ...image, owner: value as string | null };
    case "protected":
      return { ...image, isProtected: value as boolean };
    case "os_hidden":
      return { ...image, isHidden: value as boolean };
    case "disk_format":
      return { ...image, diskFormat: whileQueued(image, name, image.diskFormat, value as string | null) };
    case "container_format":
      return {
        ...image,
        containerFormat: whileQueued(image, name, image.containerFormat, value as string | null),
      };
    case "min_disk":
      return { ...image, minDiskGiB: value as number };
    case "min_ram":
      return { ...image, minRamMiB: value as number };
    case "tags":
      return { ...image, tags: [...new Set(value as readonly string[])] };
    default:
      throw new CloudError("bug", "An internal error occurred.", { detail: `no attribute ${name}` });
  }
}

/** The data was checked against its format when it came; a later change would get around that. */
function whileQueued(image: Image, name: string, before: string | null, after: string | null): string | null {
  if (image.status === "queued" || before === after) return after;
  throw new CloudError("forbidden", `Attribute ${name} can be only replaced for a queued image.`);
}
