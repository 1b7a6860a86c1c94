/** Lets one piece of work at a time touch a server; others wait in the order they came. */
export class ServerQueue {
  readonly #last = new Map<string, Promise<unknown>>();
  #quietSince = performance.now();

  async run<T>(serverId: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(serverId);
    // What the one before us met is its own caller's business.
    const mine = before === undefined ? work() : before.then(work, work);
    this.#last.set(serverId, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(serverId) === mine) this.#last.delete(serverId);
      this.#quietSince = performance.now();
    }
  }

  /** How long nothing has been under way; 0 while something is. */
  quietMs(): number {
    return this.#last.size > 0 ? 0 : performance.now() - this.#quietSince;
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#last.size > 0) await Promise.allSettled(this.#last.values());
  }
}
