import { Type } from "typebox";
import { collectionSchema, text, uuidPattern, type ServedSchema } from "./schema.ts";

const nullableText = (description: string, maxLength: number): object => ({
  type: ["null", "string"],
  description,
  maxLength,
});
const readOnlyText = (description: string): object => ({ type: "string", readOnly: true, description });

const containerFormats = ["ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed"];
const diskFormats = ["ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso", "ploop"];

/** Attributes of an image as JSON schema (Image API reference, "Show image schema"). */
const imageProperties = {
  id: { type: "string", description: "An identifier for the image", pattern: uuidPattern },
  name: nullableText("Descriptive name for the image", 255),
  status: {
    type: "string",
    readOnly: true,
    description: "Status of the image",
    enum: [
      "queued",
      "saving",
      "active",
      "killed",
      "deleted",
      "uploading",
      "importing",
      "pending_delete",
      "deactivated",
    ],
  },
  visibility: {
    type: "string",
    description: "Scope of image accessibility",
    enum: ["community", "public", "private", "shared"],
  },
  protected: { type: "boolean", description: "If true, image will not be deletable." },
  os_hidden: {
    type: "boolean",
    description: "If true, image will not appear in default image list response.",
  },
  checksum: { ...nullableText("md5 hash of image contents.", 32), readOnly: true },
  os_hash_algo: { ...nullableText("Algorithm to calculate the os_hash_value", 64), readOnly: true },
  os_hash_value: { ...nullableText("Hexdigest of the image contents by os_hash_algo", 128), readOnly: true },
  owner: nullableText("Owner of the image", 255),
  size: { type: ["null", "integer"], readOnly: true, description: "Size of image file in bytes" },
  virtual_size: { type: ["null", "integer"], readOnly: true, description: "Virtual size of image in bytes" },
  container_format: {
    type: ["null", "string"],
    description: "Format of the container",
    enum: [null, ...containerFormats],
  },
  disk_format: { type: ["null", "string"], description: "Format of the disk", enum: [null, ...diskFormats] },
  created_at: readOnlyText("Date and time of image registration"),
  updated_at: readOnlyText("Date and time of the last image modification"),
  tags: {
    type: "array",
    description: "List of strings related to the image",
    items: { type: "string", maxLength: 255 },
  },
  direct_url: readOnlyText("URL to access the image file kept in external store"),
  min_ram: {
    type: "integer",
    minimum: 0,
    maximum: 2_147_483_647,
    description: "Amount of ram (in MB) required to boot image.",
  },
  min_disk: {
    type: "integer",
    minimum: 0,
    maximum: 2_147_483_647,
    description: "Amount of disk space (in GB) required to boot image.",
  },
  self: readOnlyText("An image self url"),
  file: readOnlyText("An image file url"),
  stores: readOnlyText("Store in which image data resides."),
  schema: readOnlyText("An image schema url"),
  // Glance's schema-image.json: well-known free properties.
  kernel_id: {
    type: ["null", "string"],
    pattern: uuidPattern,
    description: "ID of the image that should be used as the kernel when booting an AMI-style image.",
    is_base: false,
  },
  ramdisk_id: {
    type: ["null", "string"],
    pattern: uuidPattern,
    description: "ID of the image that should be used as the ramdisk when booting an AMI-style image.",
    is_base: false,
  },
  instance_uuid: { ...text("The server that this image was made from."), is_base: false },
  architecture: { ...text("Operating system architecture"), is_base: false },
  os_distro: { ...text("Common name of operating system distribution"), is_base: false },
  os_version: { ...text("Operating system version as specified by the distributor."), is_base: false },
  description: { ...text("A human-readable string describing this image."), is_base: false },
} as const;

/** Served at /v2/schemas/image. */
export const imageSchema: ServedSchema = {
  name: "image",
  properties: imageProperties,
  additionalProperties: { type: "string" },
  links: [
    { rel: "self", href: "{self}" },
    { rel: "enclosure", href: "{file}" },
    { rel: "describedby", href: "{schema}" },
  ],
};

/** Served at /v2/schemas/images. */
export const imagesSchema = collectionSchema("images", imageSchema);

/** A value of an image's attribute or property, after the schema has passed it. */
export type AttributeValue = string | number | boolean | null | readonly string[];

/** Validates whole images and single attributes: nothing is required. */
export const imageBody = Type.Unsafe<Record<string, AttributeValue>>({
  type: "object",
  properties: imageProperties,
  additionalProperties: { type: "string" },
});
