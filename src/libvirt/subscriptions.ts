import type { RpcLink } from "./rpc-link.ts";
import { nothingRead } from "./procedures/structs.ts";
import { XdrReader } from "./xdr/reader.ts";

/** A kind of domain event: its registration number, its message's procedure, and the message's form. */
export interface EventKind<Event> {
  /** `virDomainEventID`. */
  readonly eventId: number;
  /** `REMOTE_PROC_DOMAIN_EVENT_CALLBACK_*`. */
  readonly procedure: number;
  /** Reads what follows the callback id. */
  readonly read: (reader: XdrReader) => Event;
}

/** A running subscription; `close()` ends it. */
export interface Subscription {
  /** After it returns no event is delivered any more. Never rejects: a lost connection has forgotten the callback. */
  close(): Promise<void>;
}

interface Entry {
  readonly eventId: number;
  readonly procedure: number;
  readonly deliver: (reader: XdrReader) => void;
  callbackId: number | undefined;
}

interface HeldEvent {
  readonly procedure: number;
  readonly callbackId: number;
  readonly payload: Buffer;
}

/** Who wants which events, across connections: every new link gets all registrations anew, with new callback ids. */
export class Subscriptions {
  readonly #entries = new Set<Entry>();
  readonly #onListenerError: (error: unknown) => void;
  #registering = 0;
  /** Events may overtake the reply that tells their callback id; they wait for it here. */
  #held: HeldEvent[] = [];

  constructor(onListenerError: (error: unknown) => void) {
    this.#onListenerError = onListenerError;
  }

  /** @param link undefined while reconnecting: the next link registers it */
  async add<Event>(
    link: RpcLink | undefined,
    kind: EventKind<Event>,
    listener: (event: Event) => void,
    currentLink: () => RpcLink | undefined,
  ): Promise<Subscription> {
    const entry: Entry = {
      eventId: kind.eventId,
      procedure: kind.procedure,
      deliver: (reader) => listener(kind.read(reader)),
      callbackId: undefined,
    };
    this.#entries.add(entry);
    try {
      if (link !== undefined) await this.#register(link, entry);
    } catch (error) {
      this.#entries.delete(entry);
      throw error;
    }
    return { close: () => this.#remove(entry, currentLink()) };
  }

  /**
   * Registers everything on a new link; callback ids of the old one mean nothing any more. `adopt` runs in the same
   * turn in which nothing is left to register, so a subscription added meanwhile is never forgotten.
   */
  async registerAll(link: RpcLink, adopt: () => void): Promise<void> {
    for (const entry of this.#entries) entry.callbackId = undefined;
    for (const entry of this.#entries) await this.#register(link, entry);
    adopt();
  }

  dispatch(procedure: number, payload: Buffer): void {
    try {
      const callbackId = new XdrReader(payload).int();
      if (this.#deliver({ procedure, callbackId, payload })) return;
      if (this.#registering > 0) this.#held.push({ procedure, callbackId, payload });
    } catch (error) {
      this.#onListenerError(error);
    }
  }

  /** `REMOTE_PROC_CONNECT_DOMAIN_EVENT_CALLBACK_REGISTER_ANY` (316), for all domains. */
  async #register(link: RpcLink, entry: Entry): Promise<void> {
    this.#registering += 1;
    try {
      entry.callbackId = await link.call({
        procedure: "connectDomainEventCallbackRegisterAny",
        write: (writer) => {
          writer.int(entry.eventId);
          writer.boolean(false);
        },
        read: (reader) => reader.int(),
      });
    } finally {
      this.#registering -= 1;
      const held = this.#held;
      this.#held = this.#registering > 0 ? held.filter((event) => !this.#isFor(entry, event)) : [];
      for (const event of held) if (this.#isFor(entry, event)) this.#deliver(event);
    }
  }

  /** `REMOTE_PROC_CONNECT_DOMAIN_EVENT_CALLBACK_DEREGISTER_ANY` (317). */
  async #remove(entry: Entry, link: RpcLink | undefined): Promise<void> {
    const { callbackId } = entry;
    if (!this.#entries.delete(entry) || callbackId === undefined || link === undefined) return;
    try {
      await link.call({
        procedure: "connectDomainEventCallbackDeregisterAny",
        write: (writer) => writer.int(callbackId),
        read: nothingRead,
      });
    } catch {
      // The link is gone and the registration with it.
    }
  }

  #isFor(entry: Entry, event: HeldEvent): boolean {
    return entry.callbackId === event.callbackId && entry.procedure === event.procedure;
  }

  #deliver(event: HeldEvent): boolean {
    for (const entry of this.#entries) {
      if (!this.#isFor(entry, event)) continue;
      const reader = new XdrReader(event.payload);
      reader.int();
      try {
        entry.deliver(reader);
      } catch (error) {
        this.#onListenerError(error);
      }
      return true;
    }
    return false;
  }
}
