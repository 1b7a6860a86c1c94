import { randomBytes } from "node:crypto";

/** 12 bits: so many in one millisecond, then the next one is borrowed. */
const counterLimit = 4_096;

/**
 * Makes UUIDs of version 7 (RFC 9562, section 6.2, method 1) that sort as they were made, so that a list has an order and a
 * page a marker without a column for it.
 */
export function createEntryIds(): (now: number) => string {
  let [at, counter] = [0, 0];
  return (now) => {
    if (now > at) [at, counter] = [now, 0];
    else if ((counter += 1) === counterLimit) [at, counter] = [at + 1, 0];
    const time = at.toString(16).padStart(12, "0");
    const random = randomBytes(8);
    random.writeUInt8((random.readUInt8(0) & 0x3f) | 0x80, 0);
    const tail = random.toString("hex");
    const middle = `7${counter.toString(16).padStart(3, "0")}`;
    return [time.slice(0, 8), time.slice(8), middle, tail.slice(0, 4), tail.slice(4)].join("-");
  };
}
