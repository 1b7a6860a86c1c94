import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { KEEPALIVE_PROCEDURE, keepaliveFrame } from "../framing.ts";
import type { ProcedureName } from "../procedures/numbers.ts";
import type { FakeDaemon, FakeFault } from "./fake-daemon.ts";
import { FakeHost } from "./fake-host.ts";
import { FakeClient } from "./fake-client.ts";

/**
 * A libvirtd on a unix socket that speaks the real bytes, with a host in memory. For tests of the client and of what is
 * built on it; it proves nothing about the real libvirt.
 */
export class FakeLibvirtd implements FakeDaemon {
  readonly host = new FakeHost();
  readonly socketPath: string;
  /** Procedures called so far, login included, in order of arrival. */
  readonly calls: ProcedureName[] = [];
  /** When true, nothing is answered any more, pings included; the connection stays. */
  silent = false;
  /** Pings and pongs received. */
  readonly keepalive = { pings: 0, pongs: 0 };
  readonly #faults = new Map<ProcedureName, FakeFault[]>();
  readonly #clients = new Set<FakeClient>();
  #server: Server | undefined;
  #lastCallbackId = 0;

  private constructor(socketPath: string) {
    this.socketPath = socketPath;
    this.host.onEvent = (event) => {
      for (const client of this.#clients) client.sendEvent(event);
    };
  }

  /** In a new temporary folder, which `stop` leaves and disposal removes. */
  static async start(): Promise<FakeLibvirtd> {
    const fake = new FakeLibvirtd(join(await mkdtemp(join(tmpdir(), "fake-libvirtd-")), "sock"));
    await fake.restart();
    return fake;
  }

  /** Listens again after `stop`; the host is as it was. */
  async restart(): Promise<void> {
    const server = createServer((socket) => this.#accept(socket));
    server.listen(this.socketPath);
    await once(server, "listening");
    this.#server = server;
  }

  /** Ends all connections and stops listening. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.dropConnections();
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(dirname(this.socketPath), { recursive: true, force: true });
  }

  get connectionCount(): number {
    return this.#clients.size;
  }

  dropConnections(): void {
    for (const client of this.#clients) client.drop();
  }

  /** Pings every client, as libvirtd does after five seconds of silence. */
  ping(): void {
    this.sendRaw(keepaliveFrame(KEEPALIVE_PROCEDURE.ping));
  }

  /** Bytes to every client, whatever they are. */
  sendRaw(bytes: Buffer): void {
    for (const client of this.#clients) client.send(bytes);
  }

  /** The next call of `procedure` meets `fault`; several queue up. */
  next(procedure: ProcedureName, fault: FakeFault): void {
    this.#faults.set(procedure, [...(this.#faults.get(procedure) ?? []), fault]);
  }

  /** Holds back the answer to the next call of `procedure` until the returned function is called. */
  hold(procedure: ProcedureName): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.next(procedure, { kind: "hold", until: promise });
    return resolve;
  }

  /** For the clients of this fake. */
  takeFault(procedure: ProcedureName): FakeFault | undefined {
    return this.#faults.get(procedure)?.shift();
  }

  #accept(socket: Socket): void {
    const client = new FakeClient(this, socket, () => {
      this.#lastCallbackId += 1;
      return this.#lastCallbackId;
    });
    this.#clients.add(client);
    socket.on("close", () => this.#clients.delete(client));
  }
}
