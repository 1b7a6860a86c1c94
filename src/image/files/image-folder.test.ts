import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openImageFolder } from "./image-folder.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sealstone-image-folder-"));
});
afterEach(() => rm(folder, { recursive: true }));

const name = { imageId: "image", dataId: "data" };

test("data up to the limit is kept, a byte more is refused and leaves nothing", async () => {
  const images = openImageFolder(folder, 10);
  const write = (...chunks: string[]) =>
    images.write(name, Readable.from(chunks.map((chunk) => Buffer.from(chunk))), () => {});
  await expect(write("012345", "67890")).rejects.toMatchObject({
    code: "too-large",
    message: "The incoming image is too large: the limit is 10 bytes.",
  });
  expect(await readdir(folder)).toEqual([]);
  expect((await write("012345", "6789")).sizeBytes).toBe(10);
  const parts = await (await images.stream(name, { first: 4, last: 6 })).toArray();
  expect(Buffer.concat(parts).toString()).toBe("456");
});
