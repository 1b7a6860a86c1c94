import { EventEmitter } from "node:events";

/** Something happened to the domain of that server. */
export type DomainNews = "lifecycle" | "reboot";

/** Hands libvirt's events to whoever waits for something to happen to a server. */
export class DomainWatch {
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  /** Called by the subscription to libvirt's events. */
  tell(serverId: string, news: DomainNews): void {
    this.#emitter.emit(serverId, news);
  }

  /**
   * Begins to listen at once; `next` answers at the first news of that kind since the last look, or after `timeoutMs`
   * (false), because an event may be lost with the connection.
   */
  listen(serverId: string, wanted: DomainNews): DomainListener {
    let heard = false;
    let wake: (() => void) | undefined;
    const hear = (news: DomainNews): void => {
      if (news !== wanted) return;
      heard = true;
      wake?.();
    };
    this.#emitter.on(serverId, hear);
    return {
      async next(timeoutMs) {
        let timer: NodeJS.Timeout | undefined;
        if (!heard) {
          await new Promise<void>((resolve) => {
            wake = resolve;
            timer = setTimeout(resolve, timeoutMs);
          });
        }
        clearTimeout(timer);
        const answer = heard;
        heard = false;
        return answer;
      },
      [Symbol.dispose]: () => void this.#emitter.off(serverId, hear),
    };
  }
}

export interface DomainListener extends Disposable {
  next(timeoutMs: number): Promise<boolean>;
}
