/** The fields of ECMA-119 that a volume is made of; numbers of sections are ECMA-119's. */

export const sectorBytes = 2_048;

export function sectorsOf(bytes: number): number {
  return Math.ceil(bytes / sectorBytes);
}

/** 7.3.3: little and big endian, one after the other. */
export function both32(value: number): Buffer {
  const field = Buffer.alloc(8);
  field.writeUInt32LE(value, 0);
  field.writeUInt32BE(value, 4);
  return field;
}

/** 7.2.3 */
export function both16(value: number): Buffer {
  const field = Buffer.alloc(4);
  field.writeUInt16LE(value, 0);
  field.writeUInt16BE(value, 2);
  return field;
}

/** 9.1.5: of a directory record, UTC. */
export function recordDate(at: Date): Buffer {
  return Buffer.from([
    at.getUTCFullYear() - 1_900,
    at.getUTCMonth() + 1,
    at.getUTCDate(),
    at.getUTCHours(),
    at.getUTCMinutes(),
    at.getUTCSeconds(),
    0,
  ]);
}

/** 8.4.26.1: of a volume descriptor, UTC to the hundredth of a second. Undefined: not specified. */
export function volumeDate(at: Date | undefined): Buffer {
  const digits = at === undefined ? "0".repeat(16) : at.toISOString().replaceAll(/\D/g, "").slice(0, 16);
  return Buffer.concat([Buffer.from(digits, "latin1"), Buffer.from([0])]);
}

/** Filled up with blanks to its length. */
export function text(value: string, length: number): Buffer {
  return Buffer.from(value.slice(0, length).padEnd(length), "latin1");
}

/** The same in Joliet: UCS-2, big endian; `length` in bytes. */
export function ucs2Text(value: string, length: number): Buffer {
  const field = Buffer.alloc(length);
  field.set(ucs2(value.slice(0, length / 2).padEnd(Math.floor(length / 2))));
  return field;
}

export function ucs2(value: string): Buffer {
  return Buffer.from(value, "utf16le").swap16();
}
