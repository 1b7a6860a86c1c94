import type { FastifyReply, FastifyRequest } from "fastify";
import type { Clock } from "#base/clock.ts";
import { CloudError } from "#base/errors.ts";
import type { Logger } from "#base/logger.ts";
import type { PolicyTarget } from "#policy/index.ts";
import type { Caller, Ctx, Microversion } from "./context.ts";
import type { Door } from "./door.ts";

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** The context of one request. */
export class RequestContext implements Ctx {
  readonly deps: unknown;
  readonly requestId: string;
  readonly caller: Caller;
  readonly microversion: Microversion;
  readonly clock: Clock;
  readonly prefix: string;
  readonly #door: Door;
  readonly #at: Exchange;
  readonly #own: PolicyTarget;
  // Most requests need none of the three.
  #log: Logger | undefined;
  #signal: AbortSignal | undefined;
  #baseUrl: string | undefined;

  constructor(
    door: Door,
    at: Exchange,
    who: { readonly caller: Caller; readonly microversion: Microversion },
  ) {
    const { caller } = who;
    this.deps = door.service.deps;
    this.requestId = at.request.requestId;
    this.caller = caller;
    this.microversion = who.microversion;
    this.clock = door.clock;
    this.prefix = door.service.prefix;
    this.#door = door;
    this.#at = at;
    this.#own = { project_id: caller.projectId, user_id: caller.userId, domain_id: caller.domainId };
  }

  allows(rule: string, target: PolicyTarget = this.#own): boolean {
    const { caller } = this;
    const { service, policy } = this.#door;
    if (service.projectTokensOnly === true && (caller.systemScope || caller.domainId !== undefined))
      return false;
    return policy.allows(rule, caller, target);
  }

  enforce(rule: string, target?: PolicyTarget): void {
    if (!this.allows(rule, target))
      throw new CloudError("forbidden", this.#door.service.envelope.forbidden(rule));
  }

  get log(): Logger {
    if (this.#log) return this.#log;
    const { requestId, caller } = this;
    const { userId, projectId } = caller;
    return (this.#log = this.#door.log.child({ requestId, userId, projectId }));
  }

  get signal(): AbortSignal {
    return (this.#signal ??= goneSignal(this.#at.reply));
  }

  get baseUrl(): string {
    return (this.#baseUrl ??= baseUrlOf(this.#at.request, this.prefix));
  }
}

function baseUrlOf({ protocol, host }: FastifyRequest, prefix: string): string {
  return `${protocol}://${host}${prefix}`;
}

function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  const leave = (): void => gone.abort(new CloudError("timeout", "The client closed the connection."));
  const { raw } = reply;
  if (raw.destroyed && !raw.writableFinished) leave();
  else raw.once("close", () => raw.writableFinished || leave());
  return gone.signal;
}
