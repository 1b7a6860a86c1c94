import { wipe } from "#base/secret.ts";

const alphabet = Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", "latin1");
const padding = 0x3d;

/** Base64 (RFC 4648, 4) as bytes that can be wiped: `toString("base64")` makes a string that cannot. */
export function base64Bytes(bytes: Uint8Array): Buffer {
  const encoded = Buffer.alloc(Math.ceil(bytes.length / 3) * 4, padding);
  for (let from = 0, to = 0; from < bytes.length; from += 3, to += 4) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(from, from + 3);
    const group = (first << 16) | (second << 8) | third;
    const digits = Math.min(bytes.length - from, 3) + 1;
    for (let digit = 0; digit < digits; digit += 1)
      encoded[to + digit] = alphabet[(group >> (18 - 6 * digit)) & 0x3f] ?? padding;
  }
  return encoded;
}

/** The JSON body of a store in one step, the payload in it; the caller wipes it. */
export function secretBody(facts: Readonly<Record<string, string>>, payload: Uint8Array): Buffer {
  const encoded = base64Bytes(payload);
  try {
    const json = JSON.stringify({ ...facts, payload_content_encoding: "base64" });
    return Buffer.concat([Buffer.from(`${json.slice(0, -1)},"payload":"`), encoded, Buffer.from('"}')]);
  } finally {
    wipe(encoded);
  }
}
