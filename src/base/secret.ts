import { inspect } from "node:util";

/**
 * A value that must not be printed. `expose()` is the only way to it, so a search for that word is the
 * audit of where secrets go.
 */
export class Secret<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  expose(): T {
    return this.#value;
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }

  [inspect.custom](): string {
    return "[secret]";
  }
}

/** Overwrites secret bytes that are no longer needed. */
export function wipe(bytes: Uint8Array): void {
  bytes.fill(0);
}
