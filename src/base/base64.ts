/**
 * Base64 (RFC 4648) from bytes to bytes: a secret that is to be wiped must never be a string, and Node's own is one.
 */

const alphabet = Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
const padding = 0x3d;
const valueOf = new Map([...alphabet].map((character, value) => [character, value]));

/** In a fresh Buffer, which the caller wipes. */
export function base64Encode(bytes: Uint8Array): Buffer {
  const text = Buffer.alloc(Math.ceil(bytes.length / 3) * 4, padding);
  for (let at = 0, to = 0; at < bytes.length; at += 3, to += 4) {
    const [first = 0, second, third] = bytes.subarray(at, at + 3);
    const bits = (first << 16) | ((second ?? 0) << 8) | (third ?? 0);
    text[to] = letter(bits >> 18);
    text[to + 1] = letter(bits >> 12);
    if (second !== undefined) text[to + 2] = letter(bits >> 6);
    if (third !== undefined) text[to + 3] = letter(bits);
  }
  return text;
}

function letter(bits: number): number {
  return alphabet[bits & 63] ?? 0;
}

/**
 * In a fresh Buffer, which the caller wipes. As Python's b64decode reads it: what is no letter of base64 is left out.
 * Undefined when the letters and their padding make no whole number of bytes.
 */
export function base64Decode(text: Uint8Array): Buffer | undefined {
  let [bits, held, length, padded] = [0, 0, 0, 0];
  const bytes = Buffer.alloc(Math.ceil((text.length * 3) / 4));
  for (const character of text) {
    if (character === padding) padded += 1;
    const value = valueOf.get(character);
    if (value === undefined) continue;
    if (padded > 0) return refused(bytes);
    bits = ((bits << 6) | value) & 0xffffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[length] = (bits >> held) & 255;
    length += 1;
  }
  // Six bits are left over after two letters of a group, and four after three: wanting one sign, or two.
  const wanted = { 0: 0, 2: 1, 4: 2 }[held];
  if (wanted === undefined || padded !== wanted) return refused(bytes);
  const decoded = Buffer.from(bytes.subarray(0, length));
  bytes.fill(0);
  return decoded;
}

function refused(bytes: Buffer): undefined {
  bytes.fill(0);
  return undefined;
}
