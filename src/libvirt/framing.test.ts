import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Frame } from "./framing.ts";
import { frameEncode, FrameSplitter, KEEPALIVE_PROCEDURE, keepaliveFrame } from "./framing.ts";
import { XdrError } from "./xdr/error.ts";

const header = { program: 0x2000_8086, version: 1, procedure: 66, type: 0, serial: 7, status: 0 };

function split(chunks: readonly Buffer[]): Frame[] {
  const splitter = new FrameSplitter();
  return chunks.flatMap((chunk) => [...splitter.push(chunk)]);
}

describe("framing", () => {
  test("28 header bytes as virnetprotocol.x lays them out, the length word counting itself", () => {
    const frame = frameEncode(header, (writer) => writer.int(5));
    const words = [
      "00000020",
      "20008086",
      "00000001",
      "00000042",
      "00000000",
      "00000007",
      "00000000",
      "00000005",
    ];
    expect(frame.toString("hex")).toBe(words.join(""));
  });

  test("a ping is the 28 bytes of the keepalive program", () => {
    const words = ["0000001c", "6b656570", "00000001", "00000001", "00000002", "00000000", "00000000"];
    expect(keepaliveFrame(KEEPALIVE_PROCEDURE.ping).toString("hex")).toBe(words.join(""));
  });

  test("messages come out whole and in order however the stream is cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 50 }), { minLength: 1, maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        (payloads, cuts) => {
          const frames = payloads.map((payload, serial) =>
            frameEncode({ ...header, serial }, (writer) => writer.opaque(payload)),
          );
          const stream = Buffer.concat(frames);
          const chunks: Buffer[] = [];
          for (let at = 0, index = 0; at < stream.length; index++) {
            const size = cuts[index % cuts.length] ?? 1;
            chunks.push(stream.subarray(at, at + size));
            at += size;
          }
          const seen = split(chunks);
          expect(seen.map((frame) => frame.header.serial)).toEqual(payloads.map((_, serial) => serial));
          expect(seen.map((frame) => frame.payload)).toEqual(frames.map((frame) => frame.subarray(28)));
        },
      ),
    );
  });

  test.each([0, 27, 33_554_441, 0xffff_ffff])("a length of %i is refused", (length) => {
    const bytes = Buffer.alloc(28);
    bytes.writeUInt32BE(length);
    expect(() => split([bytes])).toThrow(XdrError);
  });
});
