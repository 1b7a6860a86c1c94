import { createHmac, timingSafeEqual } from "node:crypto";

/** RFC 6238 as Keystone has it: HMAC-SHA1, six digits, a new code every thirty seconds. */
const periodMs = 30_000;
const digits = 6;

/** How many codes before the present one are good as well: Keystone's `[totp] included_previous_windows`. */
const previousWindows = 1;

/** `secret`: base32, with or without its padding. False also for a secret that is none. */
export function totpMatches(secret: string, passcode: string, now: number): boolean {
  const key = base32Decode(secret);
  if (!key) return false;
  const step = Math.floor(now / periodMs);
  const given = Buffer.from(passcode);
  let found = false;
  for (let back = 0; back <= Math.min(previousWindows, step); back += 1) {
    const expected = Buffer.from(totpCode(key, step - back));
    if (given.length === expected.length && timingSafeEqual(given, expected)) found = true;
  }
  return found;
}

/** RFC 4226's truncation. */
export function totpCode(key: Buffer, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", key).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 0x0f;
  const number = mac.readUInt32BE(offset) & 0x7fff_ffff;
  return String(number % 10 ** digits).padStart(digits, "0");
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** RFC 4648; undefined for another character, or for nothing. */
function base32Decode(text: string): Buffer | undefined {
  const characters = text.replace(/=+$/, "");
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const character of characters) {
    const five = alphabet.indexOf(character);
    if (five < 0) return undefined;
    value = ((value << 5) | five) & 0xffff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((value >> bits) & 0xff);
  }
  return bytes.length === 0 ? undefined : Buffer.from(bytes);
}
