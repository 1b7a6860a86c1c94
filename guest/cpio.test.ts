import { expect, test } from "vitest";
import { cpioArchive } from "./cpio.ts";

test("an archive is aligned records with the numbers in hex, and a trailer", () => {
  const archive = cpioArchive([
    { kind: "directory", path: "dev" },
    { kind: "character-device", path: "dev/console", major: 5, minor: 1 },
    { kind: "file", path: "init", data: Buffer.from("hello"), executable: true },
  ]).toString("latin1");
  expect(archive.length % 4).toBe(0);
  // magic, inode, mode, uid, gid, links, mtime, size, device, node's major and minor, length of the name, checksum
  const directory = "070701 00000001 000041ed 00000000 00000000 00000001 00000000 00000000 00000000 00000000";
  expect(archive.startsWith(directory.replaceAll(" ", ""))).toBe(true);
  const device =
    "070701 00000002 00002180 00000000 00000000 00000001 00000000 00000000 00000000 00000000 00000005 00000001";
  expect(archive).toContain(`${device.replaceAll(" ", "")}0000000c00000000dev/console\0`);
  expect(archive).toContain("07070100000003000081ed");
  expect(archive).toContain(`init\0\0hello${"\0".repeat(3)}070701`);
  expect(archive).toContain("TRAILER!!!\0");
});
