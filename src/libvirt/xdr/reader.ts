import { XdrError } from "./error.ts";

/**
 * Reads XDR items from bytes in order (RFC 4506). Strict: lengths over the stated limit, non-zero padding, booleans
 * other than 0 and 1 and missing bytes throw {@link XdrError}, and nothing is allocated for a length that is not there.
 */
export class XdrReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  int(): number {
    return this.#bytes.readInt32BE(this.#advance(4));
  }

  unsignedInt(): number {
    return this.#bytes.readUInt32BE(this.#advance(4));
  }

  boolean(): boolean {
    const value = this.int();
    if (value !== 0 && value !== 1) throw new XdrError(`${value} is no XDR boolean`);
    return value === 1;
  }

  hyper(): bigint {
    return this.#bytes.readBigInt64BE(this.#advance(8));
  }

  unsignedHyper(): bigint {
    return this.#bytes.readBigUInt64BE(this.#advance(8));
  }

  /** An unsigned hyper that is known to be a modest quantity; throws above 2^53 - 1. */
  unsignedHyperNumber(): number {
    const value = this.unsignedHyper();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new XdrError(`${value} does not fit a number exactly`);
    return Number(value);
  }

  /** A view of the next `size` bytes; the padding after them must be zero (§4.9). */
  fixedOpaque(size: number): Buffer {
    const at = this.#advance(size);
    for (let padding = (4 - (size % 4)) % 4; padding > 0; padding--) {
      if (this.#bytes[this.#advance(1)] !== 0) throw new XdrError("XDR padding is not zero");
    }
    return this.#bytes.subarray(at, at + size);
  }

  /** @param max largest accepted length in bytes */
  opaque(max: number): Buffer {
    return this.fixedOpaque(this.#length(max, 1));
  }

  /** @param max largest accepted length in bytes of UTF-8 */
  string(max: number): string {
    return this.opaque(max).toString("utf8");
  }

  optional<T>(read: (reader: XdrReader) => T): T | undefined {
    return this.boolean() ? read(this) : undefined;
  }

  /** @param max largest accepted number of elements */
  array<T>(max: number, read: (reader: XdrReader) => T): T[] {
    const length = this.#length(max, 4);
    const values: T[] = [];
    for (let index = 0; index < length; index++) values.push(read(this));
    return values;
  }

  /** Throws when bytes are left over: the two sides disagree about the type. */
  end(): void {
    if (this.remaining > 0) throw new XdrError(`${this.remaining} bytes are left after the XDR item`);
  }

  #length(max: number, smallestElement: number): number {
    const length = this.unsignedInt();
    if (length > max) throw new XdrError(`XDR length ${length} is over the limit of ${max}`);
    if (length * smallestElement > this.remaining) {
      throw new XdrError(`XDR length ${length} but only ${this.remaining} bytes follow`);
    }
    return length;
  }

  #advance(size: number): number {
    if (size > this.remaining) {
      throw new XdrError(`XDR item of ${size} bytes wanted, ${this.remaining} are left`);
    }
    const at = this.#at;
    this.#at += size;
    return at;
  }
}
