import { expect, test } from "vitest";
import { inspectHead } from "./disk-format.ts";
import { aQcow2Head } from "./qcow2-head.fixture.ts";

test("a plain qcow2 of version 2 or 3 passes and tells its virtual size; raw is not looked into", () => {
  expect(inspectHead("qcow2", aQcow2Head({}))).toBe(1024 * 1024);
  expect(inspectHead("qcow2", aQcow2Head({ version: 2 }))).toBe(1024 * 1024);
  expect(inspectHead("qcow2", aQcow2Head({ features: 0b1_1011n }))).toBe(1024 * 1024);
  expect(inspectHead("raw", Buffer.from("anything"))).toBeUndefined();
});

test.each([
  ["no signature", Buffer.alloc(104), "does not begin with the qcow2 signature"],
  ["no data", Buffer.alloc(0), "does not begin with the qcow2 signature"],
  ["cut off", aQcow2Head({}).subarray(0, 100), "cut off"],
  ["version 4", aQcow2Head({ version: 4 }), "version 4"],
  ["backing file", aQcow2Head({ backingFileOffset: 0x200n }), "backing file"],
  ["backing file in version 2", aQcow2Head({ version: 2, backingFileOffset: 1n }), "backing file"],
  ["external data file", aQcow2Head({ features: 0b100n }), "external data file"],
  ["unknown feature", aQcow2Head({ features: 1n << 63n }), "unknown incompatible features"],
  ["absurd size", aQcow2Head({ virtualSize: 1n << 63n }), "not plausible"],
])("qcow2 with %s is refused", (_case, head, why) => {
  expect(() => inspectHead("qcow2", head)).toThrow(why);
});
