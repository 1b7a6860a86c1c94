/**
 * Copies of running servers' TPM states to the vault: swtpm replaces its file by a rename, inotify tells, and within a
 * second the vault has what is there then. A burst is one copy or a few; its last state is always among them.
 */
import { watch, type FSWatcher } from "node:fs";
import { errorText, isCloudError } from "#base/errors.ts";
import type { Logger } from "#base/logger.ts";
import type { TpmStateCause } from "#bus/index.ts";
import type { TpmVersion } from "#vtpm/index.ts";
import type { AgentPaths } from "../agent-paths.ts";
import { ServerQueue } from "../server-queue.ts";
import { tpmStateIdentity, tpmStateIsWhole, tpmStateRead } from "./state-bytes.ts";
import { tpmStateFolder } from "./state.ts";
import { tpmOrderNext, vaultPut, type TpmVaultPlace } from "./vault.ts";

/** From the first change of a burst to its copy. */
const gatherMs = 400;
const retryFirstMs = 250;
const retryMostMs = 5_000;

interface Watched {
  readonly version: TpmVersion;
  /** Undefined: the kernel has no more of them, and the sweep does alone. */
  readonly watcher: FSWatcher | undefined;
  timer: NodeJS.Timeout | undefined;
  /** What the next copy is for. */
  cause: TpmStateCause;
  retryMs: number;
  /** The hash that the vault acknowledged last. */
  acknowledged: string | undefined;
  /** What the last sweep saw of the file. */
  swept: string | undefined;
}

export interface TpmCopiesOptions extends TpmVaultPlace {
  readonly paths: AgentPaths;
  readonly log: Logger;
}

export class TpmCopies {
  readonly #options: TpmCopiesOptions;
  readonly #watched = new Map<string, Watched>();
  /** One copy of a server at a time: the vault hears of states in the order in which they were. */
  readonly #queue = new ServerQueue();

  constructor(options: TpmCopiesOptions) {
    this.#options = options;
  }

  isWatched(serverId: string): boolean {
    return this.#watched.has(serverId);
  }

  watched(): readonly string[] {
    return [...this.#watched.keys()];
  }

  /** Begins to watch the server's TPM, or begins anew: its folder may be another one. */
  watch(serverId: string, version: TpmVersion): void {
    this.forget(serverId);
    const watcher = this.#watcherOpen(serverId, version);
    const [timer, acknowledged, swept] = [undefined, undefined, undefined];
    const fresh = { timer, cause: "changed", retryMs: retryFirstMs, acknowledged, swept } as const;
    this.#watched.set(serverId, { version, watcher, ...fresh });
  }

  /** Copies what changed since the last sweep without a word of inotify: its queue is bounded, and a folder may be exchanged. */
  async sweep(): Promise<void> {
    await Promise.all(
      [...this.#watched].map(async ([serverId, watched]) => {
        const identity = await tpmStateIdentity(this.#options.paths.server(serverId), watched.version);
        if (identity !== watched.swept) this.look(serverId);
        watched.swept = identity;
      }),
    );
  }

  /** Copies what is there, soon. */
  look(serverId: string, cause: TpmStateCause = "changed", afterMs = gatherMs): void {
    const watched = this.#watched.get(serverId);
    if (watched === undefined) return;
    if (cause !== "changed") watched.cause = cause;
    watched.timer ??= setTimeout(() => {
      watched.timer = undefined;
      void this.#copySoon(serverId, watched);
    }, afterMs);
  }

  /**
   * Copies what is there now and waits until the vault has it. Answers its hash; undefined when there is nothing that
   * could be copied, or the vault has a newer one. Throws what the vault answers.
   */
  async copy(serverId: string, version: TpmVersion, cause: TpmStateCause): Promise<string | undefined> {
    return this.#queue.run(serverId, async () => {
      const { paths, log } = this.#options;
      const order = tpmOrderNext();
      const state = await tpmStateRead(paths.server(serverId), version);
      if (state === undefined || !tpmStateIsWhole(state.bytes)) {
        log.error(
          { serverId },
          "the TPM state on the host is missing or damaged; the vault keeps what it has",
        );
        return undefined;
      }
      const watched = this.#watched.get(serverId);
      const { bytes, sha256 } = state;
      if (watched?.acknowledged === sha256) return sha256;
      const answer = await vaultPut(this.#options, serverId, { bytes, cause, order });
      if (answer.standing === "older") {
        const { generation } = answer;
        log.error({ serverId, sha256, generation }, "the TPM state on the host is an older one (rollback)");
        return undefined;
      }
      if (watched) watched.acknowledged = sha256;
      log.debug({ serverId, sha256, generation: answer.generation }, "the vault has the TPM state");
      return sha256;
    });
  }

  /** Ends the watch; the caller has seen that the vault has the last state, or that the server is gone. */
  forget(serverId: string): void {
    const watched = this.#watched.get(serverId);
    if (watched === undefined) return;
    clearTimeout(watched.timer);
    watched.watcher?.close();
    this.#watched.delete(serverId);
  }

  stop(): void {
    for (const serverId of this.#watched.keys()) this.forget(serverId);
  }

  #watcherOpen(serverId: string, version: TpmVersion): FSWatcher | undefined {
    const { log, paths } = this.#options;
    const failed = (error: unknown): void =>
      log.error({ serverId, error: errorText(error) }, "the TPM is looked at from time to time only");
    try {
      const folder = tpmStateFolder(paths.server(serverId), version);
      return watch(folder, { persistent: false }, () => this.look(serverId)).on("error", failed);
    } catch (error) {
      failed(error);
      return undefined;
    }
  }

  /** Never rejects. While the control plane is away it is tried again. */
  async #copySoon(serverId: string, watched: Watched): Promise<void> {
    const { cause } = watched;
    try {
      watched.cause = "changed";
      await this.copy(serverId, watched.version, cause);
      watched.retryMs = retryFirstMs;
    } catch (error) {
      // The server may have been deleted, or forgotten and watched anew, meanwhile.
      if (this.#watched.get(serverId) !== watched) return;
      if (isCloudError(error, "conflict", "not-found")) {
        this.#options.log.error({ serverId, error: error.message }, "the vault refuses the TPM state");
        return;
      }
      this.#options.log.debug({ serverId, error: errorText(error) }, "the TPM state is not in the vault yet");
      this.look(serverId, cause, watched.retryMs);
      watched.retryMs = Math.min(2 * watched.retryMs, retryMostMs);
    }
  }
}
