import { expect, test } from "vitest";
import { isoImage, type IsoFile } from "./iso9660.ts";

const madeAt = new Date("2026-11-27T12:34:56.780Z");
const sector = 2_048;

interface Found {
  readonly name: string;
  readonly data: Buffer;
}

/** Reads a volume again as a driver does: from the descriptor in sector 16 (primary) or 17 (Joliet) down the directories. */
function read(image: Buffer, tree: "rock-ridge" | "joliet"): Map<string, string> {
  const start = (tree === "joliet" ? 17 : 16) * sector;
  expect(image.toString("latin1", start + 1, start + 6)).toBe("CD001");
  expect(image.readUInt32LE(start + 80) * sector).toBe(image.length);
  const files = new Map<string, string>();
  const walk = (record: Buffer, path: string): void => {
    for (const { name, data } of directory(image, record, tree)) {
      const below = `${path}/${name}`;
      if ((data.readUInt8(25) & 2) === 2) walk(data, below);
      else files.set(below, extent(image, data).toString("latin1"));
    }
  };
  walk(image.subarray(start + 156, start + 190), "");
  return files;
}

function extent(image: Buffer, record: Buffer): Buffer {
  const from = record.readUInt32LE(2) * sector;
  expect(record.readUInt32BE(6) * sector).toBe(from);
  return image.subarray(from, from + record.readUInt32LE(10));
}

function directory(image: Buffer, record: Buffer, tree: "rock-ridge" | "joliet"): Found[] {
  const bytes = extent(image, record);
  const found: Found[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const length = bytes.readUInt8(offset);
    if (length === 0) {
      offset = (Math.floor(offset / sector) + 1) * sector;
      continue;
    }
    expect(Math.floor(offset / sector)).toBe(Math.floor((offset + length - 1) / sector));
    const entry = bytes.subarray(offset, offset + length);
    const nameLength = entry.readUInt8(32);
    const id = entry.subarray(33, 33 + nameLength);
    offset += length;
    if (nameLength === 1 && (id[0] ?? 9) < 2) continue;
    const name =
      tree === "joliet"
        ? Buffer.from(id).swap16().toString("utf16le").replace(/;1$/, "")
        : rockRidgeName(entry.subarray(33 + nameLength + (nameLength % 2 === 0 ? 1 : 0)));
    found.push({ name, data: entry });
  }
  return found;
}

function rockRidgeName(use: Buffer): string {
  for (let offset = 0; offset + 4 < use.length; offset += use.readUInt8(offset + 2)) {
    if (use.toString("latin1", offset, offset + 2) === "NM")
      return use.toString("utf8", offset + 5, offset + use.readUInt8(offset + 2));
  }
  throw new Error("a record without a name");
}

test.each(["rock-ridge", "joliet"] as const)("%s: every file under its name, with its bytes", (tree) => {
  const files: IsoFile[] = [
    { path: "openstack/latest/meta_data.json", data: Buffer.from("{}") },
    { path: "openstack/latest/user_data", data: Buffer.alloc(5_000, "u") },
    { path: "ec2/2009-04-04/meta-data.json", data: Buffer.alloc(2_048, "m") },
    { path: "ec2/1.0/empty", data: Buffer.alloc(0) },
    // More records than a sector holds.
    ...Array.from({ length: 100 }, (_, index) => ({
      path: `openstack/content/${String(index).padStart(4, "0")}`,
      data: Buffer.from(`content ${index}`),
    })),
  ];
  const found = read(isoImage("config-2", files, madeAt), tree);
  expect(found).toEqual(
    new Map(files.map(({ path, data }) => [`/${path}`, Buffer.from(data).toString("latin1")])),
  );
});

test("the label is where blkid looks for it, in both descriptors", () => {
  const image = isoImage("config-2", [{ path: "a", data: Buffer.from("b") }], madeAt);
  expect(image.toString("latin1", 16 * sector + 40, 16 * sector + 72).trimEnd()).toBe("config-2");
  expect(
    Buffer.from(image.subarray(17 * sector + 40, 17 * sector + 56))
      .swap16()
      .toString("utf16le"),
  ).toBe("config-2");
  expect(image.toString("latin1", 16 * sector + 813, 16 * sector + 829)).toBe("2026112712345678");
});

test("a name that does not fit a record is refused, not cut", () => {
  expect(() => isoImage("x", [{ path: "n".repeat(200), data: Buffer.alloc(1) }], madeAt)).toThrow(/too long/);
});
