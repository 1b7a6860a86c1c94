import { sleep, systemClock, type Clock } from "#base/clock.ts";
import { CloudError, errorText } from "#base/errors.ts";
import type { SagaId } from "#base/ids.ts";
import type { Logger } from "#base/logger.ts";
import type { Database } from "#db/index.ts";
import type { RetryPolicy, SagaDefinition } from "./define.ts";
import { sagaDrive } from "./drive.ts";
import { EndSignal } from "./end-signal.ts";
import type { SagaFailure } from "./errors.ts";
import { Dropped } from "./perform.ts";
import { defaultRetry } from "./retry.ts";
import {
  LeaseLost,
  sagaClaim,
  sagaHold,
  sagaListClaimable,
  sagaRelease,
  sagaReleaseAll,
  type HeldSaga,
} from "./store/leases.ts";
import { sagaFetch, sagaRetry } from "./store/runs.ts";
import { sagaWatched, type SagaMoment } from "./watched.ts";

export interface SagaExecutorOptions<Deps> {
  readonly database: Database;
  /** Every saga that may be in the database: an unknown one is parked as stuck. So one executor a process. */
  readonly definitions: readonly SagaDefinition<Deps>[];
  /** Given to every step. */
  readonly deps: Deps;
  readonly log: Logger;
  /** Names this process among those that share the database; the same again after a restart. */
  readonly ownerId: string;
  readonly clock?: Clock | undefined;
  /** Default 30. */
  readonly leaseSeconds?: number | undefined;
  /** How often it looks for what nobody told it of; at most a third of the lease. Default 5 000. */
  readonly scanMs?: number | undefined;
  /** Sagas at a time; default 64. */
  readonly concurrency?: number | undefined;
  /** Of steps that say nothing else. */
  readonly retry?: Partial<RetryPolicy> | undefined;
  /** How it waits between tries; for tests. */
  readonly sleep?: ((durationMs: number, signal: AbortSignal) => Promise<void>) | undefined;
  /** Told of each moment of each saga; for tests. */
  readonly moment?: SagaMoment | undefined;
}

export interface SagaOutcome {
  readonly state: "done" | "unwound" | "stuck";
  /** Why it was unwound. */
  readonly error: SagaFailure | undefined;
  readonly stuckReason: string | undefined;
}

export interface SagaExecutor {
  /** Takes over what this owner left unfinished, and everything whose lease ended; then keeps looking. */
  start(): Promise<void>;
  /** Runs this saga (or looks for all) now; call it after the commit of `sagaStart`. Never throws. */
  nudge(sagaId?: SagaId): void;
  /** Resolves when the saga has ended or is stuck, whoever runs it. */
  waitFor(sagaId: SagaId): Promise<SagaOutcome>;
  /** `sagaRetry`, then a nudge. */
  retry(sagaId: SagaId): Promise<void>;
  /** Lets running steps finish for `graceMs` (default 5000), then aborts them; leases are given back. */
  stop(options?: { readonly graceMs?: number | undefined }): Promise<void>;
}

/** A saga that this process runs or is about to claim. */
interface Active {
  readonly controller: AbortController;
  held: HeldSaga | undefined;
  leaseUntilMs: number;
  /** It was nudged meanwhile. */
  again: boolean;
}

const waitPollMs = 250;
const defaultScanMs = 5_000;
/** For steps that do not heed their signal. */
const abortedMs = 1_000;

export function createSagaExecutor<Deps>(options: SagaExecutorOptions<Deps>): SagaExecutor {
  return new Executor(options);
}

class Executor<Deps> implements SagaExecutor {
  readonly #options: SagaExecutorOptions<Deps>;
  readonly #definitions = new Map<string, SagaDefinition<Deps>>();
  readonly #clock: Clock;
  readonly #leaseMs: number;
  readonly #active = new Map<SagaId, Active>();
  readonly #running = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  readonly #ended = new EndSignal();
  #timers: NodeJS.Timeout[] = [];
  #started = false;
  #scan: "no" | "now" | "again" = "no";

  constructor(options: SagaExecutorOptions<Deps>) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#leaseMs = (options.leaseSeconds ?? 30) * 1_000;
    for (const definition of options.definitions) {
      const key = definitionKey(definition);
      if (this.#definitions.has(key)) throw new CloudError("bug", `Saga ${key} is defined twice.`);
      const { moment } = options;
      this.#definitions.set(key, moment ? sagaWatched(definition, moment) : definition);
    }
  }

  async start(): Promise<void> {
    await this.#options.database.transaction((tx) => sagaReleaseAll(tx, this.#options.ownerId));
    this.#started = true;
    const scanMs = Math.min(this.#options.scanMs ?? defaultScanMs, this.#leaseMs / 3);
    this.#timers = [
      setInterval(() => this.nudge(), scanMs).unref(),
      setInterval(() => this.#track(this.#renew()), this.#leaseMs / 3).unref(),
    ];
    this.nudge();
  }

  nudge(sagaId?: SagaId): void {
    if (!this.#started || this.#stopping.signal.aborted) return;
    if (sagaId !== undefined && this.#active.size < this.#concurrency) this.#take(sagaId);
    else this.#track(this.#look());
  }

  async waitFor(sagaId: SagaId): Promise<SagaOutcome> {
    for (;;) {
      // Before the read, so that an end between the read and the wait is not missed.
      const ended = this.#ended.next(sagaId, waitPollMs);
      const { state, error, stuckReason } = await sagaFetch(this.#options.database.db, sagaId);
      if (state === "done" || state === "unwound" || state === "stuck") return { state, error, stuckReason };
      if (this.#stopping.signal.aborted) {
        throw new CloudError(
          "unavailable",
          `The service stops; saga ${sagaId} goes on after its next start.`,
        );
      }
      await ended;
    }
  }

  async retry(sagaId: SagaId): Promise<void> {
    await this.#options.database.transaction((tx) => sagaRetry(tx, sagaId));
    this.nudge(sagaId);
  }

  async stop(options: { readonly graceMs?: number | undefined } = {}): Promise<void> {
    this.#stopping.abort();
    for (const timer of this.#timers) clearInterval(timer);
    await this.#settled(options.graceMs ?? 5_000);
    for (const { controller } of this.#active.values()) controller.abort();
    await this.#settled(abortedMs);
    for (const { held } of this.#active.values()) if (held) await this.#release(held);
    this.#ended.all();
  }

  get #concurrency(): number {
    return this.#options.concurrency ?? 64;
  }

  /** `stop` waits for it. */
  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
  }

  async #settled(withinMs: number): Promise<void> {
    if (this.#running.size === 0) return;
    const timeout = new AbortController();
    const all = Promise.all(this.#running).then(() => undefined);
    await Promise.race([all, sleep(withinMs, timeout.signal).catch(() => undefined)]);
    timeout.abort();
  }

  /** Finds claimable sagas; a nudge while it looks makes it look again. */
  async #look(): Promise<void> {
    if (this.#scan !== "no") {
      this.#scan = "again";
      return;
    }
    do {
      this.#scan = "now";
      try {
        if (this.#active.size >= this.#concurrency || this.#stopping.signal.aborted) break;
        // Those about to be claimed here may be among the found, so the limit is not just what is free.
        const found = await sagaListClaimable(
          this.#options.database.db,
          this.#clock.now(),
          this.#concurrency,
        );
        for (const id of found) if (this.#active.size < this.#concurrency) this.#take(id);
      } catch (error) {
        this.#options.log.error({ reason: errorText(error) }, "could not look for unfinished sagas");
      }
    } while (this.#wasNudged());
    this.#scan = "no";
  }

  #wasNudged(): boolean {
    return this.#scan === "again";
  }

  #take(id: SagaId): void {
    if (this.#stopping.signal.aborted) return;
    const current = this.#active.get(id);
    if (current) {
      // It may be just about to end as stuck, and be retried already.
      current.again = true;
      return;
    }
    const active: Active = {
      controller: new AbortController(),
      held: undefined,
      leaseUntilMs: 0,
      again: false,
    };
    this.#active.set(id, active);
    this.#track(this.#run(id, active));
  }

  async #run(id: SagaId, active: Active): Promise<void> {
    const log = this.#options.log.child({ sagaId: id });
    try {
      const nowMs = this.#clock.now();
      const lease = { ownerId: this.#options.ownerId, nowMs, untilMs: nowMs + this.#leaseMs };
      active.leaseUntilMs = lease.untilMs;
      active.held = await this.#options.database.transaction((tx) => sagaClaim(tx, id, lease));
      if (active.held) await this.#drive(active.held, active, log);
    } catch (error) {
      if (error instanceof LeaseLost) log.warn({}, "another executor took the saga over");
      else if (!(error instanceof Dropped))
        log.error({ reason: errorText(error) }, "the saga was left for later");
      if (active.held) await this.#release(active.held);
    } finally {
      this.#active.delete(id);
      this.#ended.of(id);
    }
    if (active.again) this.nudge(id);
    else if (this.#active.size === this.#concurrency - 1) this.nudge();
  }

  async #drive(held: HeldSaga, active: Active, log: Logger): Promise<void> {
    const { run } = held;
    await sagaDrive(held, {
      database: this.#options.database,
      definition: this.#definitions.get(definitionKey(run)),
      deps: this.#options.deps,
      log: log.child({ saga: run.name, requestId: run.requestId, resource: run.resource }),
      clock: this.#clock,
      leaseMs: this.#leaseMs,
      retry: { ...defaultRetry, ...this.#options.retry },
      sleep: this.#options.sleep ?? sleep,
      stopping: this.#stopping.signal,
      signal: active.controller.signal,
    });
  }

  /** A step may run longer than a lease lasts. One whose lease is lost is aborted: another executor repeats it. */
  async #renew(): Promise<void> {
    const untilMs = this.#clock.now() + this.#leaseMs;
    for (const [id, active] of this.#active) {
      const { held } = active;
      if (!held) continue;
      try {
        await this.#options.database.transaction((tx) => sagaHold(tx, held, untilMs));
        active.leaseUntilMs = untilMs;
      } catch (error) {
        // Ended meanwhile: nothing to hold.
        if (!this.#active.has(id)) continue;
        if (error instanceof LeaseLost || this.#clock.now() >= active.leaseUntilMs) active.controller.abort();
        this.#options.log.warn(
          { sagaId: id, reason: errorText(error) },
          "the saga's lease could not be prolonged",
        );
      }
    }
  }

  async #release(held: HeldSaga): Promise<void> {
    try {
      await this.#options.database.transaction((tx) => sagaRelease(tx, held));
    } catch (error) {
      this.#options.log.warn({ sagaId: held.run.id, reason: errorText(error) }, "the lease ends by itself");
    }
  }
}

function definitionKey({ name, version }: { readonly name: string; readonly version: number }): string {
  return `${name} version ${version}`;
}
