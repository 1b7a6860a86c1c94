/**
 * TPMs made ahead, while the host has nothing else to do: making one takes most of a server's creation. Each waits under a
 * passphrase of its own and gets the server's when it is taken (docs/decisions/0017-tpms-made-ahead.md).
 */
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { sleep } from "#base/clock.ts";
import { errorText } from "#base/errors.ts";
import type { Logger } from "#base/logger.ts";
import type { SealKeyPair } from "#seal/index.ts";
import type { TpmVersion } from "#vtpm/index.ts";
import type { AgentPaths } from "../agent-paths.ts";
import type { ServerQueue } from "../server-queue.ts";
import { tpmSetupConfig } from "./authority.ts";
import { poolMake } from "./pool-make.ts";
import {
  poolFoldersEnsure,
  poolPlaces,
  poolReadyList,
  poolTidy,
  tpmVersions,
  type PoolPlaces,
} from "./pool-places.ts";
import { poolTake, type PoolTake } from "./pool-take.ts";
import type { SwtpmUser } from "./swtpm-user.ts";
import { WaitingSwtpm } from "./waiting-swtpm.ts";

/** How many TPMs of each version the pool holds; 0: none are made ahead. */
export type TpmPoolSizes = Readonly<Record<TpmVersion, number>>;

export interface TpmPoolOptions {
  readonly sizes: TpmPoolSizes;
  readonly paths: AgentPaths;
  readonly key: SealKeyPair;
  readonly log: Logger;
  readonly queue: ServerQueue;
  /** Undefined: the host offers no TPM, and the pool stays as it is. */
  readonly owner: SwtpmUser | undefined;
  /** For tests: shorter waits. */
  readonly waits?: Partial<PoolWaits> | undefined;
}

interface PoolWaits {
  /** How long no command has run when one is made. */
  readonly quietMs: number;
  /** After a failure; doubled with each. */
  readonly failedMs: number;
}

const defaultWaits: PoolWaits = { quietMs: 1_000, failedMs: 5_000 };
const failedMostMs = 10 * 60_000;
/** How often a full pool is counted again. */
const fullLookMs = 60_000;

export class TpmPool {
  readonly #options: TpmPoolOptions;
  readonly #places: PoolPlaces;
  readonly #waits: PoolWaits;
  #taken = Promise.withResolvers<void>();
  #filling: Promise<void> = Promise.resolve();
  /** For the next one who takes: the start of a swtpm is most of a take. */
  #waiting: WaitingSwtpm | undefined;

  constructor(options: TpmPoolOptions) {
    this.#options = options;
    this.#places = poolPlaces(options.paths.tpmPool);
    this.#waits = { ...defaultWaits, ...options.waits };
  }

  /** Before any command: makes the folders, removes what a killed process left and what is more than wanted. */
  async prepare(): Promise<void> {
    const { owner, sizes, log } = this.#options;
    if (owner === undefined) return;
    const { removed } = await poolTidy(this.#places);
    if (removed > 0) log.warn({ removed }, "removed what an earlier process left of TPMs made ahead");
    for (const version of tpmVersions) {
      const surplus = (await poolReadyList(this.#places, version)).slice(sizes[version]);
      for (const tpmId of surplus)
        await rm(join(this.#places.ready(version), tpmId), { recursive: true, force: true });
    }
  }

  /** {@link poolTake} of this pool. What is wrong with the pool holds nobody up: without one of its TPMs one is made. */
  async take(
    server: Pick<PoolTake, "version" | "log" | "serverId" | "sagaId" | "passphrase" | "paths">,
  ): Promise<string | undefined> {
    const { owner, key } = this.#options;
    if (owner === undefined) return undefined;
    try {
      const waitingSwtpm = (): Promise<WaitingSwtpm> => this.#waitingSwtpm(server.version, owner);
      return await poolTake({ ...server, places: this.#places, owner, key, waitingSwtpm });
    } catch (error) {
      server.log.warn({ error: errorText(error) }, "the pool of TPMs made ahead is of no use");
      return undefined;
    } finally {
      this.#taken.resolve();
    }
  }

  /** Keeps the pool full until the signal; one at a time, and only while no command runs. Never rejects. */
  fill(signal: AbortSignal): void {
    const { owner } = this.#options;
    if (owner !== undefined) this.#filling = this.#fillUntil(owner, signal);
  }

  /** Resolves when nothing is being made any more. */
  async idle(): Promise<void> {
    await this.#filling;
  }

  async #fillUntil(owner: SwtpmUser, signal: AbortSignal): Promise<void> {
    await this.#fill(owner, signal);
    await this.#waiting?.[Symbol.asyncDispose]();
  }

  async #fill(owner: SwtpmUser, signal: AbortSignal): Promise<void> {
    const { log, queue } = this.#options;
    const stopped = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    const wait = (ms: number): Promise<void> => sleep(ms, signal).catch(() => undefined);
    for (let failures = 0; !signal.aborted;) {
      try {
        this.#taken = Promise.withResolvers();
        const version = await this.#wanted();
        if (version === undefined) {
          await this.#waitingEnsure(owner);
          await Promise.race([this.#taken.promise, stopped, wait(fullLookMs)]);
          continue;
        }
        const quietMs = queue.quietMs();
        if (quietMs < this.#waits.quietMs) {
          await wait(Math.max(this.#waits.quietMs - quietMs, 50));
          continue;
        }
        await this.#make(version, owner, signal);
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        const againMs = Math.min(this.#waits.failedMs * 2 ** failures, failedMostMs);
        failures += 1;
        log.warn({ error: errorText(error), againMs }, "a TPM could not be made ahead");
        await wait(againMs);
      }
    }
  }

  async #waitingSwtpm(version: TpmVersion, owner: SwtpmUser): Promise<WaitingSwtpm> {
    const waiting = this.#waiting;
    if (waiting?.version === version) {
      this.#waiting = undefined;
      if (waiting.runs) return waiting;
      await waiting[Symbol.asyncDispose]();
    }
    return await WaitingSwtpm.begin({ version, owner, workFolder: this.#places.work });
  }

  /** Of the version of which the pool holds most. */
  async #waitingEnsure(owner: SwtpmUser): Promise<void> {
    const { sizes } = this.#options;
    const version = sizes["2.0"] < sizes["1.2"] ? "1.2" : "2.0";
    if (sizes[version] === 0 || this.#waiting?.runs === true) return;
    await this.#waiting?.[Symbol.asyncDispose]();
    this.#waiting = await WaitingSwtpm.begin({ version, owner, workFolder: this.#places.work });
  }

  async #make(version: TpmVersion, owner: SwtpmUser, signal: AbortSignal): Promise<void> {
    const { paths, key, log } = this.#options;
    const started = performance.now();
    const setupConfig = tpmSetupConfig(paths.tpmAuthority);
    const tpmId = await poolMake({ places: this.#places, version, owner, key, setupConfig, signal });
    log.debug({ tpmId, version, ms: Math.round(performance.now() - started) }, "a TPM is made ahead");
  }

  /** A version of which there are too few. */
  async #wanted(): Promise<TpmVersion | undefined> {
    const { sizes } = this.#options;
    await poolFoldersEnsure(this.#places);
    for (const version of tpmVersions) {
      if (sizes[version] === 0) continue;
      if ((await readdir(this.#places.ready(version))).length < sizes[version]) return version;
    }
    return undefined;
  }
}
