import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { programRun } from "../run-program.ts";
import { imageVirtualSize, overlayCreate } from "./qemu-img.ts";

let folder: string;
let base: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "qemu-img-"));
  base = join(folder, "base");
  await programRun("qemu-img", ["create", "-q", "-f", "qcow2", base, "64M"]);
});

afterAll(() => rm(folder, { recursive: true }));

test("an overlay has the size asked for, and would not be taken as an image itself", async () => {
  expect(await imageVirtualSize(base, "i", "qcow2")).toBe(64 * 1024 ** 2);
  const overlay = join(folder, "overlay");
  await overlayCreate(overlay, { path: base, format: "qcow2" }, 1024 ** 3);
  await expect(imageVirtualSize(overlay, "i", "qcow2")).rejects.toThrow(/refers to another file/);
});

test("neither is an image whose data is in another file", async () => {
  const image = join(folder, "outside");
  await programRun("qemu-img", [
    "create",
    "-q",
    "-f",
    "qcow2",
    "-o",
    `data_file=${join(folder, "data")}`,
    image,
    "1M",
  ]);
  await expect(imageVirtualSize(image, "i", "qcow2")).rejects.toThrow(/refers to another file/);
});
