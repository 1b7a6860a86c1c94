/** ASN.1 in DER (ITU-T X.690), as much as certificates and PKCS #12 need: each function answers tag, length and content. */

function element(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag]), lengthOf(body.length), body]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const hex = length.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

export const derNull = element(0x05);

/** A number from 0, from its bytes or as it is below 128. */
export function derInteger(value: Uint8Array | number): Buffer {
  const bytes = typeof value === "number" ? Buffer.from([value]) : Buffer.from(value);
  return element(0x02, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes);
}

/** An object identifier as `1.2.840.113549`. */
export function derOid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc % 0x80];
    for (let left = Math.floor(arc / 0x80); left > 0; left = Math.floor(left / 0x80))
      groups.unshift(0x80 | (left % 0x80));
    return groups;
  });
  return element(0x06, Buffer.from(bytes));
}

export function derText(text: string): Buffer {
  return element(0x0c, Buffer.from(text, "utf8"));
}

/** UTCTime until 2049, GeneralizedTime from then on (RFC 5280 section 4.1.2.5). */
export function derTime(timeMs: number): Buffer {
  const digits = `${new Date(timeMs).toISOString().slice(0, 19).replaceAll(/\D/g, "")}Z`;
  const recent = new Date(timeMs).getUTCFullYear() < 2050;
  return element(recent ? 0x17 : 0x18, Buffer.from(recent ? digits.slice(2) : digits, "ascii"));
}

export function derOctets(bytes: Uint8Array): Buffer {
  return element(0x04, bytes);
}

export function derBits(bytes: Uint8Array): Buffer {
  return element(0x03, Buffer.alloc(1), bytes);
}

export function derSequence(...items: readonly Uint8Array[]): Buffer {
  return element(0x30, ...items);
}

export function derSet(...items: readonly Uint8Array[]): Buffer {
  return element(0x31, ...items);
}

/** `[number]`, constructed. */
export function derTagged(number: number, ...items: readonly Uint8Array[]): Buffer {
  return element(0xa0 | number, ...items);
}
