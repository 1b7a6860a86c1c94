import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { newUuid } from "#base/ids.ts";
import { silentLogger } from "#base/logger.ts";
import { createInProcessBus, imageRead } from "#bus/index.ts";
import { agentPaths } from "../agent-paths.ts";
import { ImageCache, type ImageRef } from "./cache.ts";

let folder: string;
let reads: number;
let cache: ImageCache;
let content: Buffer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "image-cache-"));
  content = randomBytes(1_300_000);
  reads = 0;
  const bus = createInProcessBus();
  bus.serve(imageRead, {}, ({ offset, length }) => {
    reads += 1;
    return Promise.resolve({ bytes: content.subarray(offset, offset + length).toString("base64") });
  });
  cache = new ImageCache(agentPaths({ statePath: folder, instancesPath: folder }), bus, silentLogger);
  await cache.prepare();
});

afterEach(() => rm(folder, { recursive: true }));

function reference(changes: Partial<ImageRef> = {}): ImageRef {
  const sha512 = createHash("sha512").update(content).digest("hex");
  return { imageId: newUuid(), sha512, sizeBytes: content.length, diskFormat: "raw", ...changes };
}

test("concurrent needs share one transfer, later ones need none", async () => {
  const image = reference();
  const [first, second] = await Promise.all([cache.ensure(image), cache.ensure(image)]);
  expect(first).toEqual({
    path: join(folder, "_base", `${image.imageId}-${image.sha512.slice(0, 32)}`),
    format: "raw",
    virtualSize: content.length,
  });
  expect(second).toEqual(first);
  expect(reads).toBe(3);
  await cache.ensure(image);
  expect(reads).toBe(3);
  expect(await readFile(first.path)).toEqual(content);
  expect((await stat(first.path)).mode & 0o777).toBe(0o644);
});

test("other bytes of the same length under the same id are another file, and the first stays", async () => {
  const image = reference();
  const { path } = await cache.ensure(image);
  const before = content;
  content = randomBytes(before.length);
  const other = await cache.ensure(reference({ imageId: image.imageId }));
  expect(other.path).not.toBe(path);
  expect(await readFile(other.path)).toEqual(content);
  expect(await readFile(path)).toEqual(before);
});

test("a damaged transfer is refused, leaves nothing, and the next one starts anew", async () => {
  const good = reference();
  content[700_000] = (content[700_000] ?? 0) ^ 1;
  await expect(cache.ensure(good)).rejects.toMatchObject({ code: "conflict" });
  expect(await readdir(join(folder, "_base"))).toEqual([]);
  content[700_000] = (content[700_000] ?? 0) ^ 1;
  await expect(cache.ensure(good)).resolves.toMatchObject({ format: "raw" });
});

test("an image that ends too early is refused", async () => {
  await expect(cache.ensure(reference({ sizeBytes: content.length + 1 }))).rejects.toThrow(
    /expected 1300001 bytes/,
  );
});

test("what is no image of its format, and formats that QEMU is not given, are refused", async () => {
  await expect(cache.ensure(reference({ diskFormat: "qcow2" }))).rejects.toMatchObject({ code: "invalid" });
  await expect(cache.ensure(reference({ diskFormat: "vmdk" }))).rejects.toThrow(/disk_format vmdk/);
  await expect(cache.ensure(reference({ imageId: "../../etc/passwd" }))).rejects.toMatchObject({
    code: "invalid",
  });
});

test("what a killed process left half-way is removed", async () => {
  await writeFile(join(folder, "_base", `${newUuid()}.part`), "half");
  await cache.prepare();
  expect(await readdir(join(folder, "_base"))).toEqual([]);
});
