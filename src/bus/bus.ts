import type { Static, TSchema } from "typebox";

/** A question with one answer. `subject` is a NATS subject; a host's id is appended where one host is meant. */
export interface RequestContract<Q extends TSchema = TSchema, R extends TSchema = TSchema> {
  readonly subject: string;
  readonly request: Q;
  readonly reply: R;
}

/** News for whoever listens; may be lost. */
export interface EventContract<E extends TSchema = TSchema> {
  readonly subject: string;
  readonly event: E;
}

export type Stop = () => void;

/**
 * How control plane and agents talk. Messages are JSON, checked against their schema on both sides; delivery
 * is at most once, so every request must bear repeating.
 */
export interface Bus {
  /**
   * Asks whoever serves the contract (at `hostId`, when given). Throws CloudError: what the server threw,
   * `unavailable` when nobody serves it, `timeout` after `timeoutMs`.
   */
  request<Q extends TSchema, R extends TSchema>(
    contract: RequestContract<Q, R>,
    message: Static<Q>,
    options: { readonly hostId?: string; readonly timeoutMs: number },
  ): Promise<Static<R>>;
  serve<Q extends TSchema, R extends TSchema>(
    contract: RequestContract<Q, R>,
    options: { readonly hostId?: string },
    handler: (message: Static<Q>) => Promise<Static<R>>,
  ): Stop;
  publish<E extends TSchema>(contract: EventContract<E>, message: Static<E>): void;
  subscribe<E extends TSchema>(contract: EventContract<E>, handler: (message: Static<E>) => void): Stop;
  close(): Promise<void>;
}
