interface KeepaliveOptions {
  /** Silence after which a ping goes out, and time between pings. */
  readonly intervalMs: number;
  /** Unanswered pings after which the peer counts as dead. */
  readonly count: number;
  readonly ping: () => void;
  readonly dead: () => void;
}

/**
 * Finds out that a peer has fallen silent, as libvirt's own `virkeepalive.c` does: a ping after each interval without
 * a word, death when `count` of them went unanswered. Any message counts as a word.
 */
export class Keepalive {
  readonly #options: KeepaliveOptions;
  readonly #timer: NodeJS.Timeout;
  #heard = false;
  #unanswered = 0;

  constructor(options: KeepaliveOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), options.intervalMs);
    this.#timer.unref();
  }

  heard(): void {
    this.#heard = true;
    this.#unanswered = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    if (this.#heard) {
      this.#heard = false;
      return;
    }
    if (this.#unanswered >= this.#options.count) {
      this.stop();
      this.#options.dead();
      return;
    }
    this.#unanswered += 1;
    this.#options.ping();
  }
}
