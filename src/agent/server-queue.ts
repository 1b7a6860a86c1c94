interface Turn {
  readonly part: string | undefined;
  readonly ended: Promise<unknown>;
}

/** Lets one piece of work at a time touch a server, or a part of it; others wait in the order they came. */
export class ServerQueue {
  readonly #turns = new Map<string, readonly Turn[]>();
  #quietSince = performance.now();

  /** Works on different parts of a server go side by side. Work of no part is on the whole server. */
  async run<T>(serverId: string, work: () => Promise<T>, part?: string): Promise<T> {
    const turns = this.#turns.get(serverId) ?? [];
    const before = turns.filter(
      (turn) => part === undefined || turn.part === undefined || turn.part === part,
    );
    // What those before us met is their own callers' business.
    const ended =
      before.length === 0 ? work() : Promise.allSettled(before.map((turn) => turn.ended)).then(work);
    const mine = { part, ended };
    this.#turns.set(serverId, [...turns, mine]);
    try {
      return await ended;
    } finally {
      const others = (this.#turns.get(serverId) ?? []).filter((turn) => turn !== mine);
      if (others.length > 0) this.#turns.set(serverId, others);
      else this.#turns.delete(serverId);
      this.#quietSince = performance.now();
    }
  }

  /** How long nothing has been under way; 0 while something is. */
  quietMs(): number {
    return this.#turns.size > 0 ? 0 : performance.now() - this.#quietSince;
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#turns.size > 0)
      await Promise.allSettled([...this.#turns.values()].flat().map(({ ended }) => ended));
  }
}
