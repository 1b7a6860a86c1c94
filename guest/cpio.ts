/** One entry of a "newc" cpio archive, the format of a Linux initramfs (Documentation/driver-api/early-userspace). */
export type CpioEntry =
  | { readonly kind: "directory"; readonly path: string }
  | { readonly kind: "file"; readonly path: string; readonly data: Uint8Array; readonly executable: boolean }
  | { readonly kind: "link"; readonly path: string; readonly target: string }
  | {
      readonly kind: "character-device";
      readonly path: string;
      readonly major: number;
      readonly minor: number;
    };

const MODE_OF_KIND = { directory: 0o040755, file: 0o100644, link: 0o120777, "character-device": 0o020600 };
const EXECUTABLE = 0o111;

/** Same entries, same bytes: owner root, time 0, inode numbers in order. */
export function cpioArchive(entries: readonly CpioEntry[]): Buffer {
  const parts = entries.map((entry, index) => cpioRecord(entry, index + 1));
  parts.push(record("TRAILER!!!", [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0], Buffer.alloc(0)));
  return Buffer.concat(parts);
}

function cpioRecord(entry: CpioEntry, inode: number): Buffer {
  const data = entryData(entry);
  const mode = MODE_OF_KIND[entry.kind] | (entry.kind === "file" && entry.executable ? EXECUTABLE : 0);
  const [major, minor] = entry.kind === "character-device" ? [entry.major, entry.minor] : [0, 0];
  return record(entry.path, [inode, mode, 0, 0, 1, 0, data.length, 0, 0, major, minor], data);
}

function entryData(entry: CpioEntry): Uint8Array {
  if (entry.kind === "file") return entry.data;
  return entry.kind === "link" ? Buffer.from(entry.target) : Buffer.alloc(0);
}

/** Fields: ino, mode, uid, gid, nlink, mtime, filesize, devmajor, devminor, rdevmajor, rdevminor. */
function record(path: string, fields: readonly number[], data: Uint8Array): Buffer {
  const name = Buffer.from(`${path}\0`);
  const noChecksum = 0;
  const numbers = [...fields, name.length, noChecksum];
  const header = `070701${numbers.map((value) => value.toString(16).padStart(8, "0")).join("")}`;
  return Buffer.concat([padded(Buffer.concat([Buffer.from(header), name])), padded(data)]);
}

function padded(data: Uint8Array): Buffer {
  return Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
}
