import { setTimeout as sleep } from "node:timers/promises";
import { connectionLost, LibvirtConnectionError } from "./errors.ts";
import { login } from "./login.ts";
import { settingsOf } from "./options.ts";
import type { ConnectionChange, ConnectionState, LibvirtOptions, Settings } from "./options.ts";
import { nothingRead } from "./procedures/structs.ts";
import { RpcLink } from "./rpc-link.ts";
import type { RpcCall } from "./rpc-link.ts";
import { Subscriptions } from "./subscriptions.ts";
import type { EventKind, Subscription } from "./subscriptions.ts";

/** How long `close` waits for libvirtd's goodbye, ms. */
const CLOSE_TIMEOUT_MS = 2_000;

/**
 * A connection to libvirtd that makes itself anew when it breaks. Calls in flight then reject with
 * {@link LibvirtConnectionError} `lost`, and so does every call until the connection is back; event subscriptions are
 * registered again before `connected` is announced.
 */
export class LibvirtConnection {
  readonly #settings: Settings;
  readonly #subscriptions: Subscriptions;
  readonly #closing = new AbortController();
  #link: RpcLink | undefined;
  #state: ConnectionState = "reconnecting";
  #lostBecause: LibvirtConnectionError | undefined;

  private constructor(options: LibvirtOptions) {
    this.#settings = settingsOf(options);
    this.#subscriptions = new Subscriptions(this.#settings.onListenerError);
  }

  /** Rejects with LibvirtConnectionError (`unreachable`, `lost`) or LibvirtError (login refused, no such driver). */
  static async open(options: LibvirtOptions = {}): Promise<LibvirtConnection> {
    const connection = new LibvirtConnection(options);
    await connection.#establish();
    return connection;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** For the procedure functions of this folder. */
  async call<Result>(call: RpcCall<Result>): Promise<Result> {
    if (this.#link === undefined) throw this.#unavailable(call.procedure);
    return this.#link.call(call);
  }

  /** For the event functions of this folder. While reconnecting it is registered with the next connection. */
  async subscribe<Event>(kind: EventKind<Event>, listener: (event: Event) => void): Promise<Subscription> {
    if (this.#state === "closed") throw this.#unavailable("subscribe");
    return this.#subscriptions.add(this.#link, kind, listener, () => this.#link);
  }

  /** Says goodbye, ends the socket, stops reconnecting. Calls still pending reject with `closed`. */
  async close(): Promise<void> {
    if (this.#state === "closed") return;
    const link = this.#link;
    this.#link = undefined;
    this.#closing.abort();
    this.#announce({ state: "closed" });
    if (link === undefined) return;
    const goodbye = link.call({ procedure: "connectClose", read: nothingRead }).catch(() => undefined);
    await Promise.race([goodbye, sleep(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
    link.destroy(closedError());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Connects, logs in, registers events, and makes the new link the current one. */
  async #establish(): Promise<void> {
    const { socketPath, uri, maxInFlight, keepaliveSeconds, keepaliveCount, loginTimeoutMs } = this.#settings;
    const link = await RpcLink.connect({
      socketPath,
      maxInFlight,
      onEvent: (procedure, payload) => this.#subscriptions.dispatch(procedure, payload),
      onEnd: (ended, error) => this.#onEnd(ended, error),
    });
    const giveUp = (message: string): void => link.destroy(connectionLost(message));
    const timer = setTimeout(
      () => giveUp(`libvirtd gave no login within ${loginTimeoutMs} ms`),
      loginTimeoutMs,
    );
    const onClosing = (): void => link.destroy(closedError());
    this.#closing.signal.addEventListener("abort", onClosing);
    try {
      const { keepalive } = await login(link, uri);
      if (keepalive && keepaliveSeconds > 0) link.startKeepalive(keepaliveSeconds * 1_000, keepaliveCount);
      await this.#subscriptions.registerAll(link, () => this.#adopt(link));
    } catch (error) {
      giveUp("login failed");
      throw error;
    } finally {
      clearTimeout(timer);
      this.#closing.signal.removeEventListener("abort", onClosing);
    }
  }

  #adopt(link: RpcLink): void {
    if (link.ended !== undefined) throw link.ended;
    if (this.#closing.signal.aborted) throw closedError();
    this.#link = link;
    this.#state = "connected";
    this.#lostBecause = undefined;
  }

  /** A link that ends while it is being established is `#establish`'s business. */
  #onEnd(link: RpcLink, error: LibvirtConnectionError): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    this.#lostBecause = error;
    this.#announce({ state: "reconnecting", cause: error });
    void this.#reconnect();
  }

  async #reconnect(): Promise<void> {
    const { first, most } = this.#settings.reconnectDelayMs;
    for (let delayMs = first; !this.#closing.signal.aborted; delayMs = Math.min(delayMs * 2, most)) {
      try {
        // Up to a quarter more, so that many clients do not come back in step.
        await sleep(delayMs * (1 + Math.random() / 4), undefined, { signal: this.#closing.signal });
        await this.#establish();
        return this.#announce({ state: "connected" });
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        this.#announce({
          state: "reconnecting",
          cause: error instanceof Error ? error : new Error(String(error)),
        });
      }
    }
  }

  #announce(change: ConnectionChange): void {
    this.#state = change.state;
    try {
      this.#settings.onConnectionChange?.(change);
    } catch (error) {
      this.#settings.onListenerError(error);
    }
  }

  #unavailable(what: string): LibvirtConnectionError {
    if (this.#state === "closed")
      return new LibvirtConnectionError(`${what}: the connection was closed`, { reason: "closed" });
    const message = `${what}: not connected to libvirtd at ${this.#settings.socketPath}, trying again`;
    return connectionLost(message, this.#lostBecause);
  }
}

function closedError(): LibvirtConnectionError {
  return new LibvirtConnectionError("the connection was closed", { reason: "closed" });
}
