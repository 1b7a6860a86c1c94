import { sleep, type Clock } from "#base/clock.ts";
import type { Secret } from "#base/secret.ts";
import { exchange, Unanswered, type Answered } from "./exchange.ts";
import { answerError, unansweredError } from "./foreign-errors.ts";
import type { BarbicanOptions } from "./options.ts";

export interface BarbicanRequest {
  readonly method: "GET" | "POST" | "DELETE";
  /** Below `/v1`. */
  readonly path: string;
  readonly token: Secret<string>;
  readonly requestId: string | undefined;
  readonly signal: AbortSignal | undefined;
  /** What is to be answered; JSON when it is not said. */
  readonly accept?: string;
  /** JSON; the caller wipes it. */
  readonly body?: Buffer;
}

export interface BarbicanClient {
  /**
   * The body of a good answer. Throws `forbidden` and `not-found` in Barbican's words, `unavailable` when it does not answer or
   * answers as no Barbican does, `timeout` when it takes too long or the client has left.
   */
  send(request: BarbicanRequest): Promise<Buffer>;
}

/** For how long one request that reached nobody speaks for the others: they try once. */
const knownDownMs = 10_000;

/** What a proxy, or Barbican without its database or its identity service, says. */
const passing = new Set([502, 503, 504]);

/**
 * Barbican's API v1. What surely was not done is tried again, a bounded number of times: when nobody was reached, and a
 * read or a deletion that ended in 502, 503 or 504. While Barbican is known to be down nobody tries again.
 */
export function createBarbicanClient(
  options: BarbicanOptions & {
    readonly clock: Clock;
    readonly endpointUrl: () => Promise<string>;
    readonly serviceToken: () => Promise<Secret<string>>;
  },
): BarbicanClient {
  const { clock, retries, retryDelayMs } = options;
  let downAt = Number.NEGATIVE_INFINITY;

  async function ask(url: string, request: BarbicanRequest): Promise<Answered> {
    const { method, body, signal, requestId } = request;
    const serviceToken = options.sendServiceToken ? await options.serviceToken() : undefined;
    return exchange({
      method,
      url,
      body,
      signal,
      timeoutMs: options.timeoutMs,
      tls: { verify: options.verifySsl, ca: options.ca },
      headers: {
        "x-auth-token": request.token.expose(),
        ...(serviceToken === undefined ? {} : { "x-service-token": serviceToken.expose() }),
        accept: request.accept ?? "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(requestId === undefined ? {} : { "x-openstack-request-id": requestId }),
      },
    });
  }

  /** Whether a further try can help and do no harm. */
  function mayTryAgain(request: BarbicanRequest, outcome: Answered | Unanswered): boolean {
    if (outcome instanceof Unanswered) {
      return outcome.kind === "no-connection" || (outcome.kind === "broken" && request.method !== "POST");
    }
    return passing.has(outcome.status) && request.method !== "POST";
  }

  return {
    async send(request) {
      const url = `${await options.endpointUrl()}/v1${request.path}`;
      let left = clock.now() - downAt < knownDownMs ? 0 : retries;
      for (;;) {
        const outcome = await ask(url, request).catch((error: unknown) => {
          if (error instanceof Unanswered) return error;
          throw error;
        });
        if (mayTryAgain(request, outcome) && left > 0) {
          left -= 1;
          await sleep(retryDelayMs, request.signal);
          continue;
        }
        const answered = !(outcome instanceof Unanswered);
        if (answered) downAt = Number.NEGATIVE_INFINITY;
        else if (outcome.kind === "no-connection") downAt = clock.now();
        if (!answered) throw unansweredError(outcome, url);
        if (outcome.status < 300) return outcome.body;
        throw answerError(outcome, url);
      }
    },
  };
}
