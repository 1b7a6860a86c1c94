import type { Socket } from "node:net";
import {
  frameEncode,
  FrameSplitter,
  KEEPALIVE_PROCEDURE,
  keepaliveFrame,
  MESSAGE_STATUS,
  MESSAGE_TYPE,
  PROGRAM,
} from "../framing.ts";
import type { Frame, MessageHeader } from "../framing.ts";
import { lifecycleNumbers } from "../procedures/events.ts";
import { EVENT_NUMBERS, PROCEDURE_NUMBERS } from "../procedures/numbers.ts";
import type { ProcedureName } from "../procedures/numbers.ts";
import { XdrReader } from "../xdr/reader.ts";
import { FAKE_CONNECT_PROCEDURES } from "./fake-connect.ts";
import { domainHandleWrite, FAKE_DOMAIN_PROCEDURES } from "./fake-domains.ts";
import { FakeError, fakeErrorWrite } from "./fake-error.ts";
import type { FakeEvent, FakeHost } from "./fake-host.ts";
import type { FakeDaemon, FakeFault } from "./fake-daemon.ts";
import type { FakeProcedures, FakeSession } from "./fake-procedure.ts";
import { FAKE_SECRET_PROCEDURES } from "./fake-secrets.ts";

const PROCEDURES: FakeProcedures = {
  ...FAKE_CONNECT_PROCEDURES,
  ...FAKE_DOMAIN_PROCEDURES,
  ...FAKE_SECRET_PROCEDURES,
};

/** One connection to the fake: reads calls, answers each as soon as it is done, which may be out of order. */
export class FakeClient implements FakeSession {
  readonly host: FakeHost;
  readonly callbacks = new Map<number, number>();
  readonly nextCallbackId: () => number;
  readonly #daemon: FakeDaemon;
  readonly #socket: Socket;
  readonly #splitter = new FrameSplitter();

  constructor(daemon: FakeDaemon, socket: Socket, nextCallbackId: () => number) {
    this.#daemon = daemon;
    this.#socket = socket;
    this.host = daemon.host;
    this.nextCallbackId = nextCallbackId;
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      for (const frame of this.#splitter.push(chunk)) this.#receive(frame);
    });
  }

  drop(): void {
    this.#socket.destroy();
  }

  send(bytes: Buffer): void {
    if (!this.#daemon.silent && this.#socket.writable) this.#socket.write(bytes);
  }

  sendEvent(event: FakeEvent): void {
    const wanted = event.kind === "lifecycle" ? 0 : 1;
    for (const [callbackId, eventId] of this.callbacks) {
      if (eventId === wanted) this.send(eventFrame(callbackId, event));
    }
  }

  #receive({ header, payload }: Frame): void {
    if (header.program === PROGRAM.keepalive) {
      if (header.procedure === KEEPALIVE_PROCEDURE.pong) {
        this.#daemon.keepalive.pongs += 1;
      } else {
        this.#daemon.keepalive.pings += 1;
        this.send(keepaliveFrame(KEEPALIVE_PROCEDURE.pong));
      }
      return;
    }
    void this.#call(header, payload);
  }

  async #call(header: MessageHeader, payload: Buffer): Promise<void> {
    const name = procedureName(header.procedure);
    let fault: FakeFault | undefined;
    if (name !== undefined) {
      this.#daemon.calls.push(name);
      fault = this.#daemon.takeFault(name);
    }
    if (fault?.kind === "drop" && !fault.carryOut) return this.drop();
    const answer = this.#answer(
      header,
      name,
      payload,
      fault?.kind === "error" ? new FakeError(fault.error) : undefined,
    );
    if (fault?.kind === "drop") return this.drop();
    if (fault?.kind === "hold") await fault.until;
    this.send(answer);
  }

  #answer(
    header: MessageHeader,
    name: ProcedureName | undefined,
    payload: Buffer,
    planned?: FakeError,
  ): Buffer {
    const reply = { ...header, type: MESSAGE_TYPE.reply };
    try {
      if (planned !== undefined) throw planned;
      const procedure = name === undefined ? undefined : PROCEDURES[name];
      if (procedure === undefined) {
        throw new FakeError({
          code: "rpc",
          domain: "rpc",
          message: `unknown procedure: ${header.procedure}`,
        });
      }
      const reader = new XdrReader(payload);
      const writeResult = procedure(this, reader);
      reader.end();
      return frameEncode({ ...reply, status: MESSAGE_STATUS.ok }, writeResult ?? undefined);
    } catch (error) {
      const fields =
        error instanceof FakeError
          ? error.fields
          : ({ code: "rpc", domain: "rpc", message: `cannot read the call: ${String(error)}` } as const);
      return frameEncode({ ...reply, status: MESSAGE_STATUS.error }, (writer) =>
        fakeErrorWrite(writer, fields),
      );
    }
  }
}

function procedureName(number: number): ProcedureName | undefined {
  return (Object.keys(PROCEDURE_NUMBERS) as ProcedureName[]).find(
    (name) => PROCEDURE_NUMBERS[name] === number,
  );
}

function eventFrame(callbackId: number, event: FakeEvent): Buffer {
  const procedure =
    event.kind === "lifecycle"
      ? EVENT_NUMBERS.domainEventCallbackLifecycle
      : EVENT_NUMBERS.domainEventCallbackReboot;
  const header = {
    program: PROGRAM.remote,
    version: 1,
    procedure,
    type: MESSAGE_TYPE.message,
    serial: 0,
    status: 0,
  };
  return frameEncode(header, (writer) => {
    writer.int(callbackId);
    domainHandleWrite(writer, event.domain);
    if (event.kind === "reboot") return;
    const numbers = lifecycleNumbers(event.event, event.detail);
    writer.int(numbers.event);
    writer.int(numbers.detail);
  });
}
