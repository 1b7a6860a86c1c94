import { createHash } from "node:crypto";
import { chmod, open, readdir, rename, rm, writeFile, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { Static } from "typebox";
import { CloudError } from "#base/errors.ts";
import type { Logger } from "#base/logger.ts";
import { imageRead, type Bus, type commands } from "#bus/index.ts";
import type { AgentPaths } from "../agent-paths.ts";
import { fileSizeFind, fileTextFind, passableFolderEnsure, syncToDisk } from "../files.ts";
import { imageVirtualSize } from "./qemu-img.ts";

export type ImageRef = Static<(typeof commands)["disksCreate"]["request"]>["image"];

export interface CachedImage {
  readonly path: string;
  /** As QEMU names it. */
  readonly format: "raw" | "qcow2";
  /** What the guest sees of it, bytes. */
  readonly virtualSize: number;
}

const chunkBytes = 512 * 1024;
const chunkTimeoutMs = 60_000;
const draftSuffix = ".part";
const factsSuffix = ".virtual-size";

/** Images on this host: fetched once, verified, then never changed: its name says which bytes it holds. */
export class ImageCache {
  readonly #transfers = new Map<string, Promise<CachedImage>>();
  readonly #paths: AgentPaths;
  readonly #bus: Bus;
  readonly #log: Logger;

  constructor(paths: AgentPaths, bus: Bus, log: Logger) {
    this.#paths = paths;
    this.#bus = bus;
    this.#log = log;
  }

  /** Makes the folder and removes what an earlier process left half-way. */
  async prepare(): Promise<void> {
    await passableFolderEnsure(this.#paths.images);
    for (const name of await readdir(this.#paths.images)) {
      if (name.endsWith(draftSuffix)) await rm(join(this.#paths.images, name), { force: true });
    }
  }

  /** The image's file, after a transfer when it is not here yet; all who need it now share one. */
  async ensure(image: ImageRef): Promise<CachedImage> {
    const key = this.#paths.image(image);
    const under = this.#transfers.get(key);
    if (under) return await under;
    const mine = this.#find(image).then((found) => found ?? this.#fetch(image));
    this.#transfers.set(key, mine);
    try {
      return await mine;
    } finally {
      this.#transfers.delete(key);
    }
  }

  /** The image's bytes as a file of their own, whole and verified; the cache keeps none of it. */
  async fetchTo(image: ImageRef, path: string): Promise<void> {
    const draft = `${path}${draftSuffix}`;
    try {
      await this.#download(image, draft);
      await imageVirtualSize(draft, image.imageId, formatOf(image));
      await chmod(draft, 0o600);
      await rename(draft, path);
    } finally {
      await rm(draft, { force: true });
    }
  }

  async #find(image: ImageRef): Promise<CachedImage | undefined> {
    const path = this.#paths.image(image);
    const [size, facts] = await Promise.all([fileSizeFind(path), fileTextFind(`${path}${factsSuffix}`)]);
    if (size === undefined || size !== image.sizeBytes || facts === undefined) return undefined;
    // What a power cut left of the text is no size: the image is fetched again.
    if (!/^\d+$/.test(facts)) return undefined;
    return { path, format: formatOf(image), virtualSize: Number(facts) };
  }

  async #fetch(image: ImageRef): Promise<CachedImage> {
    const format = formatOf(image);
    const path = this.#paths.image(image);
    const draft = `${path}${draftSuffix}`;
    const started = performance.now();
    try {
      await this.#download(image, draft);
      const virtualSize =
        format === "raw" ? image.sizeBytes : await imageVirtualSize(draft, image.imageId, format);
      await writeFile(`${path}${factsSuffix}`, String(virtualSize), { flush: true });
      await rename(draft, path);
      await syncToDisk(this.#paths.images);
      const ms = Math.round(performance.now() - started);
      this.#log.info({ imageId: image.imageId, bytes: image.sizeBytes, ms }, "image is in the cache");
      return { path, format, virtualSize };
    } finally {
      await rm(draft, { force: true });
    }
  }

  async #download(image: ImageRef, draft: string): Promise<void> {
    const hash = createHash("sha512");
    await using file: FileHandle = await open(draft, "w", 0o644);
    let offset = 0;
    let next: Promise<Buffer> | undefined;
    while (offset < image.sizeBytes) {
      const bytes = await (next ?? this.#chunk(image, offset));
      if (bytes.length === 0) break;
      offset += bytes.length;
      // The next piece travels while this one is written.
      next = offset < image.sizeBytes ? this.#chunk(image, offset) : undefined;
      next?.catch(() => {});
      hash.update(bytes);
      // Unlike write, it goes on until every byte is written.
      await file.writeFile(bytes);
    }
    const sha512 = hash.digest("hex");
    if (offset !== image.sizeBytes || sha512 !== image.sha512.toLowerCase()) {
      throw new CloudError(
        "conflict",
        `Image ${image.imageId} arrived damaged: expected ${image.sizeBytes} bytes with SHA-512 ${image.sha512}, ` +
          `received ${offset} bytes with SHA-512 ${sha512}. It was not used.`,
      );
    }
    await file.chmod(0o644);
    await file.sync();
  }

  async #chunk(image: ImageRef, offset: number): Promise<Buffer> {
    const length = Math.min(chunkBytes, image.sizeBytes - offset);
    const question = { imageId: image.imageId, offset, length };
    const { bytes } = await this.#bus.request(imageRead, question, { timeoutMs: chunkTimeoutMs });
    return Buffer.from(bytes, "base64");
  }
}

/** Kernels and ramdisks (`aki`, `ari`), Amazon's machine images and CDs are plain bytes. */
function formatOf({ imageId, diskFormat }: ImageRef): "raw" | "qcow2" {
  if (diskFormat === "qcow2") return "qcow2";
  if (["raw", "ami", "aki", "ari", "iso"].includes(diskFormat)) return "raw";
  throw new CloudError(
    "invalid",
    `Image ${imageId} has disk_format ${diskFormat}; a server can be made from: qcow2, raw, ami, iso. Convert it (qemu-img convert).`,
  );
}
