import { XdrError } from "./error.ts";

/**
 * Appends XDR items to one growing buffer (RFC 4506). Every item takes a multiple of four bytes, big-endian.
 *
 * A buffer that is outgrown is wiped, so a secret lies in the finished bytes and nowhere else.
 */
export class XdrWriter {
  #buffer: Buffer;
  #length = 0;

  /** @param capacity initial size in bytes */
  constructor(capacity = 256) {
    this.#buffer = Buffer.alloc(Math.max(capacity, 4));
  }

  /** Signed 32-bit (RFC 4506 §4.1). */
  int(value: number): void {
    if (!Number.isInteger(value) || value < -0x8000_0000 || value > 0x7fff_ffff) {
      throw new XdrError(`${value} is no XDR int`);
    }
    const at = this.#advance(4);
    this.#buffer.writeInt32BE(value, at);
  }

  /** Unsigned 32-bit (§4.2). */
  unsignedInt(value: number): void {
    if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
      throw new XdrError(`${value} is no XDR unsigned int`);
    }
    const at = this.#advance(4);
    this.#buffer.writeUInt32BE(value, at);
  }

  /** `FALSE` 0, `TRUE` 1 (§4.4). */
  boolean(value: boolean): void {
    this.int(value ? 1 : 0);
  }

  /** Signed 64-bit (§4.5). */
  hyper(value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) throw new XdrError(`${value} is no XDR hyper`);
    const at = this.#advance(8);
    this.#buffer.writeBigInt64BE(value, at);
  }

  /** Unsigned 64-bit (§4.5). */
  unsignedHyper(value: bigint): void {
    if (BigInt.asUintN(64, value) !== value) throw new XdrError(`${value} is no XDR unsigned hyper`);
    const at = this.#advance(8);
    this.#buffer.writeBigUInt64BE(value, at);
  }

  /** Opaque data of a size that both sides know (§4.9): no length word, zero-padded to four bytes. */
  fixedOpaque(bytes: Uint8Array): void {
    const at = this.#advance(padded(bytes.length));
    this.#buffer.set(bytes, at);
  }

  /** Opaque data with its length in front (§4.10). */
  opaque(bytes: Uint8Array): void {
    this.unsignedInt(bytes.length);
    this.fixedOpaque(bytes);
  }

  /** A string (§4.11), UTF-8 as libvirt reads it. NUL is refused: a C reader would silently stop there. */
  string(value: string): void {
    if (value.includes("\0")) throw new XdrError("a string with a NUL character cannot be sent");
    this.opaque(Buffer.from(value, "utf8"));
  }

  /** Optional data (§4.19). */
  optional<T>(value: T | undefined, write: (writer: XdrWriter, value: T) => void): void {
    this.boolean(value !== undefined);
    if (value !== undefined) write(this, value);
  }

  optionalString(value: string | undefined): void {
    this.optional(value, (writer, text) => writer.string(text));
  }

  /** Variable-length array (§4.13). */
  array<T>(values: readonly T[], write: (writer: XdrWriter, value: T) => void): void {
    this.unsignedInt(values.length);
    for (const value of values) write(this, value);
  }

  /** What was written so far; shares memory with the writer, which must not be used afterwards. */
  finish(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Where the next `size` bytes go. May replace the buffer: take `this.#buffer` afterwards. */
  #advance(size: number): number {
    const at = this.#length;
    const needed = at + size;
    if (needed > this.#buffer.length) {
      const larger = Buffer.alloc(Math.max(needed, this.#buffer.length * 2));
      this.#buffer.copy(larger, 0, 0, at);
      this.#buffer.fill(0);
      this.#buffer = larger;
    }
    this.#length = needed;
    return at;
  }
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}
