/**
 * libvirt's RPC messages on a byte stream (`virnetprotocol.x` in libvirt's `src/rpc/`): a length word that counts
 * itself, six header words, then the XDR of arguments, result, error or event.
 */
import { XdrError } from "./xdr/error.ts";
import { XdrReader } from "./xdr/reader.ts";
import { XdrWriter } from "./xdr/writer.ts";

/** Length word and header, bytes. */
const FRAME_HEADER_BYTES = 28;
/** `VIR_NET_MESSAGE_MAX` plus the length word, bytes. */
const FRAME_MAX_BYTES = 33_554_432 + 4;

export const PROGRAM = { remote: 0x2000_8086, keepalive: 0x6b65_6570 } as const;
/** Both programs are at version 1. */
export const PROGRAM_VERSION = 1;

/** `virNetMessageType`. */
export const MESSAGE_TYPE = { call: 0, reply: 1, message: 2, stream: 3 } as const;
/** `virNetMessageStatus`. */
export const MESSAGE_STATUS = { ok: 0, error: 1, continue: 2 } as const;
/** `keepalive_procedure` of `virkeepaliveprotocol.x`. */
export const KEEPALIVE_PROCEDURE = { ping: 1, pong: 2 } as const;

export interface MessageHeader {
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
  readonly type: number;
  /** Set by the caller, repeated in the reply; 0 in events and keepalive messages. */
  readonly serial: number;
  readonly status: number;
}

export interface Frame {
  readonly header: MessageHeader;
  /** The XDR after the header. */
  readonly payload: Buffer;
}

/** One whole message, in a single buffer from the start (so that wiping it wipes the only copy). */
export function frameEncode(header: MessageHeader, writePayload?: (writer: XdrWriter) => void): Buffer {
  const writer = new XdrWriter();
  writer.unsignedInt(0);
  writer.unsignedInt(header.program);
  writer.unsignedInt(header.version);
  writer.int(header.procedure);
  writer.int(header.type);
  writer.unsignedInt(header.serial);
  writer.int(header.status);
  writePayload?.(writer);
  const frame = writer.finish();
  if (frame.length > FRAME_MAX_BYTES) {
    throw new XdrError(`a message of ${frame.length} bytes is over libvirt's limit of ${FRAME_MAX_BYTES}`);
  }
  frame.writeUInt32BE(frame.length, 0);
  return frame;
}

/** A keepalive ping or pong: 28 bytes, no payload. */
export function keepaliveFrame(
  procedure: (typeof KEEPALIVE_PROCEDURE)[keyof typeof KEEPALIVE_PROCEDURE],
): Buffer {
  return frameEncode({
    program: PROGRAM.keepalive,
    version: PROGRAM_VERSION,
    procedure,
    type: MESSAGE_TYPE.message,
    serial: 0,
    status: MESSAGE_STATUS.ok,
  });
}

/** Cuts a byte stream into messages. */
export class FrameSplitter {
  #chunks: Buffer[] = [];
  #buffered = 0;

  /** The messages that `chunk` completes, in order. Throws {@link XdrError} on an impossible length. */
  *push(chunk: Buffer): Generator<Frame> {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    for (;;) {
      const length = this.#nextLength();
      if (length === undefined || this.#buffered < length) return;
      const bytes = this.#joined();
      this.#chunks = [bytes.subarray(length)];
      this.#buffered -= length;
      yield frameDecode(bytes.subarray(0, length));
    }
  }

  #nextLength(): number | undefined {
    if (this.#buffered < 4) return undefined;
    let head = this.#chunks[0];
    if (head === undefined || head.length < 4) head = this.#joined();
    const length = head.readUInt32BE(0);
    if (length < FRAME_HEADER_BYTES || length > FRAME_MAX_BYTES) {
      throw new XdrError(`${length} is no length of a libvirt message`);
    }
    return length;
  }

  /** Joins only what a whole message needs joined, so a large message is copied once. */
  #joined(): Buffer {
    const [only] = this.#chunks;
    const bytes = this.#chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.#chunks);
    this.#chunks = [bytes];
    return bytes;
  }
}

function frameDecode(bytes: Buffer): Frame {
  const reader = new XdrReader(bytes);
  reader.unsignedInt();
  const header = {
    program: reader.unsignedInt(),
    version: reader.unsignedInt(),
    procedure: reader.int(),
    type: reader.int(),
    serial: reader.unsignedInt(),
    status: reader.int(),
  };
  return { header, payload: bytes.subarray(FRAME_HEADER_BYTES) };
}
