import { createConnection } from "node:net";
import type { Socket } from "node:net";
import { connectionLost, errorRead, LibvirtConnectionError } from "./errors.ts";
import type { Frame } from "./framing.ts";
import {
  frameEncode,
  FrameSplitter,
  KEEPALIVE_PROCEDURE,
  keepaliveFrame,
  MESSAGE_STATUS,
  MESSAGE_TYPE,
  PROGRAM,
  PROGRAM_VERSION,
} from "./framing.ts";
import { Keepalive } from "./keepalive.ts";
import { PROCEDURE_NUMBERS } from "./procedures/numbers.ts";
import type { ProcedureName } from "./procedures/numbers.ts";
import { XdrReader } from "./xdr/reader.ts";
import type { XdrWriter } from "./xdr/writer.ts";

/** One call: how its arguments are written and its result read. */
export interface RpcCall<Result> {
  readonly procedure: ProcedureName;
  readonly write?: (writer: XdrWriter) => void;
  readonly read: (reader: XdrReader) => Result;
  /** Wipe the outgoing bytes once the kernel has them, or once it is clear that it never will. */
  readonly sensitive?: boolean;
}

export interface RpcLinkOptions {
  readonly socketPath: string;
  /** Calls at libvirtd at one time; further ones wait here, in order. */
  readonly maxInFlight: number;
  readonly onEvent: (procedure: number, payload: Buffer) => void;
  /** Called once, after every pending call was rejected. */
  readonly onEnd: (link: RpcLink, error: LibvirtConnectionError) => void;
}

interface PendingCall {
  readonly procedure: ProcedureName;
  readonly serial: number;
  readonly frame: Buffer;
  readonly sensitive: boolean;
  readonly resolve: (reply: Frame) => void;
  readonly reject: (error: Error) => void;
}

/** One socket to libvirtd, from connect to its end; it is never reused. Replies find their call by serial. */
export class RpcLink {
  readonly #socket: Socket;
  readonly #options: RpcLinkOptions;
  readonly #splitter = new FrameSplitter();
  readonly #inFlight = new Map<number, PendingCall>();
  readonly #waiting: PendingCall[] = [];
  #lastSerial = 0;
  #keepalive: Keepalive | undefined;
  #ended: LibvirtConnectionError | undefined;

  private constructor(socket: Socket, options: RpcLinkOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.on("data", (chunk) => this.#receive(chunk));
    socket.on("error", (cause) =>
      this.destroy(connectionLost(`the connection to libvirtd broke: ${cause.message}`, cause)),
    );
    socket.on("close", () => this.destroy(connectionLost("libvirtd closed the connection")));
  }

  /** Rejects with {@link LibvirtConnectionError} `unreachable`. */
  static connect(options: RpcLinkOptions): Promise<RpcLink> {
    return new Promise((resolve, reject) => {
      const socket = createConnection(options.socketPath);
      const fail = (cause: Error): void => {
        const message = `no libvirtd answers at ${options.socketPath} (${cause.message}); is it running?`;
        reject(new LibvirtConnectionError(message, { reason: "unreachable", cause }));
      };
      socket.once("error", fail);
      socket.once("connect", () => {
        socket.off("error", fail);
        resolve(new RpcLink(socket, options));
      });
    });
  }

  /** Why the link is over; undefined while it lives. */
  get ended(): LibvirtConnectionError | undefined {
    return this.#ended;
  }

  startKeepalive(intervalMs: number, count: number): void {
    if (this.#ended !== undefined) return;
    this.#keepalive = new Keepalive({
      intervalMs,
      count,
      ping: () => this.#socket.write(keepaliveFrame(KEEPALIVE_PROCEDURE.ping)),
      dead: () => this.destroy(connectionLost(`libvirtd left ${count} pings of ${intervalMs} ms unanswered`)),
    });
  }

  /** Rejects with LibvirtError (libvirtd's answer), LibvirtConnectionError or XdrError (not encodable). */
  async call<Result>(call: RpcCall<Result>): Promise<Result> {
    if (this.#ended !== undefined) throw this.#ended;
    const serial = this.#nextSerial();
    const frame = frameEncode(
      {
        program: PROGRAM.remote,
        version: PROGRAM_VERSION,
        procedure: PROCEDURE_NUMBERS[call.procedure],
        type: MESSAGE_TYPE.call,
        serial,
        status: MESSAGE_STATUS.ok,
      },
      call.write,
    );
    const reply = await new Promise<Frame>((resolve, reject) => {
      const { procedure, sensitive = false } = call;
      this.#waiting.push({ procedure, serial, frame, sensitive, resolve, reject });
      this.#send();
    });
    const reader = new XdrReader(reply.payload);
    // Made here and not where the reply arrives, so that the stack shows the caller.
    if (reply.header.status !== MESSAGE_STATUS.ok) throw errorRead(reader, call.procedure);
    const result = call.read(reader);
    reader.end();
    return result;
  }

  /** Ends the socket; pending calls reject with `error`'s message and reason. Does nothing the second time. */
  destroy(error: LibvirtConnectionError): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    this.#keepalive?.stop();
    this.#socket.destroy();
    for (const pending of this.#inFlight.values()) pending.reject(failed(pending, error, true));
    for (const pending of this.#waiting) {
      if (pending.sensitive) pending.frame.fill(0);
      pending.reject(failed(pending, error, false));
    }
    this.#inFlight.clear();
    this.#waiting.length = 0;
    this.#options.onEnd(this, error);
  }

  #send(): void {
    while (this.#inFlight.size < this.#options.maxInFlight) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#inFlight.set(next.serial, next);
      // Node calls back when the bytes are in the kernel and also when the socket dies before that.
      this.#socket.write(next.frame, () => {
        if (next.sensitive) next.frame.fill(0);
      });
    }
  }

  #receive(chunk: Buffer): void {
    this.#keepalive?.heard();
    try {
      for (const frame of this.#splitter.push(chunk)) {
        if (this.#ended !== undefined) return;
        this.#route(frame);
      }
    } catch (cause) {
      this.destroy(connectionLost("libvirtd sent bytes that are no libvirt message", cause));
    }
  }

  #route(frame: Frame): void {
    const { header } = frame;
    if (header.program === PROGRAM.keepalive) {
      if (header.procedure === KEEPALIVE_PROCEDURE.ping) {
        this.#socket.write(keepaliveFrame(KEEPALIVE_PROCEDURE.pong));
      }
      return;
    }
    if (header.program !== PROGRAM.remote) return;
    if (header.type === MESSAGE_TYPE.message) {
      this.#options.onEvent(header.procedure, frame.payload);
    } else if (header.type === MESSAGE_TYPE.reply) {
      const pending = this.#inFlight.get(header.serial);
      if (pending === undefined) return;
      this.#inFlight.delete(header.serial);
      pending.resolve(frame);
      this.#send();
    }
  }

  #nextSerial(): number {
    do {
      this.#lastSerial = this.#lastSerial === 0xffff_ffff ? 1 : this.#lastSerial + 1;
    } while (this.#inFlight.has(this.#lastSerial));
    return this.#lastSerial;
  }
}

function failed(
  call: PendingCall,
  error: LibvirtConnectionError,
  mayHaveHappened: boolean,
): LibvirtConnectionError {
  return new LibvirtConnectionError(`${call.procedure}: ${error.message}`, {
    reason: error.reason,
    mayHaveHappened,
    cause: error,
  });
}
