import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { XdrError } from "./error.ts";
import { XdrReader } from "./reader.ts";
import { XdrWriter } from "./writer.ts";

interface Item {
  readonly bytes: number;
  readonly write: (writer: XdrWriter) => void;
  readonly check: (reader: XdrReader) => void;
}

function item<T>(
  arbitrary: fc.Arbitrary<T>,
  bytes: (value: T) => number,
  write: (writer: XdrWriter, value: T) => void,
  read: (reader: XdrReader, value: T) => unknown,
): fc.Arbitrary<Item> {
  return arbitrary.map((value) => ({
    bytes: bytes(value),
    write: (writer) => write(writer, value),
    check: (reader) => expect(read(reader, value)).toEqual(value),
  }));
}

const padded = (length: number): number => Math.ceil(length / 4) * 4;
const MAX = 1_000;
const bytesArbitrary = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
const textArbitrary = fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0"));
const anyItem = fc.oneof(
  item(
    fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
    () => 4,
    (w, v) => w.int(v),
    (r) => r.int(),
  ),
  item(
    fc.nat(0xffff_ffff),
    () => 4,
    (w, v) => w.unsignedInt(v),
    (r) => r.unsignedInt(),
  ),
  item(
    fc.boolean(),
    () => 4,
    (w, v) => w.boolean(v),
    (r) => r.boolean(),
  ),
  item(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    () => 8,
    (w, v) => w.hyper(v),
    (r) => r.hyper(),
  ),
  item(
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    () => 8,
    (w, v) => w.unsignedHyper(v),
    (r) => r.unsignedHyper(),
  ),
  item(
    fc.maxSafeNat(),
    () => 8,
    (w, v) => w.unsignedHyper(BigInt(v)),
    (r) => r.unsignedHyperNumber(),
  ),
  item(
    bytesArbitrary,
    (v) => padded(v.length),
    (w, v) => w.fixedOpaque(v),
    (r, v) => r.fixedOpaque(v.length),
  ),
  item(
    bytesArbitrary,
    (v) => 4 + padded(v.length),
    (w, v) => w.opaque(v),
    (r) => r.opaque(MAX),
  ),
  item(
    textArbitrary,
    (v) => 4 + padded(Buffer.byteLength(v)),
    (w, v) => w.string(v),
    (r) => r.string(MAX),
  ),
  item(
    fc.option(textArbitrary, { nil: undefined }),
    (v) => (v === undefined ? 4 : 8 + padded(Buffer.byteLength(v))),
    (w, v) => w.optionalString(v),
    (r) => r.optional((inner) => inner.string(MAX)),
  ),
  item(
    fc.array(fc.integer({ min: -1_000, max: 1_000 })),
    (v) => 4 + 4 * v.length,
    (w, v) => w.array(v, (inner, number) => inner.int(number)),
    (r) => r.array(MAX, (inner) => inner.int()),
  ),
);

describe("XDR", () => {
  test("any sequence of items reads back as written, in RFC 4506's size, at any initial capacity", () => {
    fc.assert(
      fc.property(fc.array(anyItem), fc.nat(64), (items, capacity) => {
        const writer = new XdrWriter(capacity);
        for (const each of items) each.write(writer);
        const bytes = writer.finish();
        expect(bytes.length).toBe(items.reduce((sum, each) => sum + each.bytes, 0));
        const reader = new XdrReader(bytes);
        for (const each of items) each.check(reader);
        reader.end();
      }),
    );
  });

  test("every proper prefix of an item is refused with XdrError", () => {
    fc.assert(
      fc.property(anyItem, fc.double({ min: 0, max: 0.999, noNaN: true }), (each, part) => {
        const writer = new XdrWriter();
        each.write(writer);
        const bytes = writer.finish();
        fc.pre(bytes.length > 0);
        const cut = bytes.subarray(0, Math.floor(bytes.length * part));
        expect(() => each.check(new XdrReader(cut))).toThrow(XdrError);
      }),
    );
  });

  test("arbitrary bytes either read or throw XdrError, nothing else", () => {
    const reads: ((reader: XdrReader) => unknown)[] = [
      (r) => r.string(MAX),
      (r) => r.opaque(MAX),
      (r) => r.boolean(),
      (r) => r.optional((inner) => inner.string(MAX)),
      (r) => r.array(MAX, (inner) => inner.string(MAX)),
      (r) => r.unsignedHyperNumber(),
    ];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.constantFrom(...reads), (bytes, read) => {
        try {
          read(new XdrReader(Buffer.from(bytes)));
        } catch (error) {
          expect(error).toBeInstanceOf(XdrError);
        }
      }),
    );
  });

  test("bytes as the RFC lays them out", () => {
    const writer = new XdrWriter();
    writer.int(-2);
    writer.string("sillyprog");
    writer.boolean(true);
    writer.hyper(-1n);
    const hex = `fffffffe 00000009 73696c6c 7970726f 67000000 00000001 ${"ff".repeat(8)}`;
    expect(writer.finish().toString("hex")).toBe(hex.replaceAll(" ", ""));
  });

  test.each<[string, (writer: XdrWriter) => void]>([
    ["int over", (w) => w.int(2 ** 31)],
    ["int fraction", (w) => w.int(0.5)],
    ["unsigned below", (w) => w.unsignedInt(-1)],
    ["hyper over", (w) => w.hyper(2n ** 63n)],
    ["unsigned hyper below", (w) => w.unsignedHyper(-1n)],
    ["string with NUL", (w) => w.string("a\0b")],
  ])("refuses to write %s", (_, write) => {
    expect(() => write(new XdrWriter())).toThrow(XdrError);
  });

  test.each<[string, string, (reader: XdrReader) => unknown]>([
    ["boolean 2", "00000002", (r) => r.boolean()],
    ["non-zero padding", "00000001 41000001", (r) => r.string(MAX)],
    ["a length over the limit", "00000005 4141414141000000", (r) => r.string(4)],
    ["a length without its bytes", "7fffffff", (r) => r.array(2 ** 31, (inner) => inner.int())],
    ["a quantity above 2^53", "ffffffff ffffffff", (r) => r.unsignedHyperNumber()],
    ["left-over bytes", "00000000", (r) => r.end()],
  ])("refuses to read %s", (_, hex, read) => {
    expect(() => read(new XdrReader(Buffer.from(hex.replaceAll(" ", ""), "hex")))).toThrow(XdrError);
  });
});
