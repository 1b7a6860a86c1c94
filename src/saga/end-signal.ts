import type { SagaId } from "#base/ids.ts";

/** Tells those who wait that the local executor is through with a saga. */
export class EndSignal {
  readonly #waiting = new Map<SagaId, Set<() => void>>();

  /** Resolves at the next end of this saga, or after `atMostMs`. */
  next(id: SagaId, atMostMs: number): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(id) ?? new Set();
      const tell = (): void => {
        clearTimeout(timer);
        waiting.delete(tell);
        if (waiting.size === 0 && this.#waiting.get(id) === waiting) this.#waiting.delete(id);
        resolve();
      };
      const timer = setTimeout(tell, atMostMs);
      this.#waiting.set(id, waiting.add(tell));
    });
  }

  of(id: SagaId): void {
    for (const tell of this.#waiting.get(id) ?? []) tell();
  }

  all(): void {
    for (const waiting of this.#waiting.values()) for (const tell of waiting) tell();
  }
}
