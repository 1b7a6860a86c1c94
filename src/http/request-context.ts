import type { FastifyReply, FastifyRequest } from "fastify";
import { CloudError } from "#base/errors.ts";
import type { Logger } from "#base/logger.ts";
import type { PolicyTarget } from "#policy/index.ts";
import type { Caller, Ctx, Microversion } from "./context.ts";
import type { Door } from "./door.ts";
import type { ScopeType } from "./service.ts";

/**
 * The context of one request, a plain object: who hands it on to another service spreads it. Without getters: each object
 * literal with one has a map of its own in V8's old space, which keeps the whole request alive until the next full collection.
 */
export function requestContext(
  door: Door,
  at: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  who: { readonly caller: Caller; readonly microversion: Microversion },
): Ctx {
  const { service, policy, clock } = door;
  const { caller, microversion } = who;
  const { requestId } = at.request;
  const own: PolicyTarget = {
    project_id: caller.projectId,
    user_id: caller.userId,
    domain_id: caller.domainId,
  };
  const scope = scopeTypeOf(caller);
  const always = service.policyTarget;
  const allows = (rule: string, target: PolicyTarget = own): boolean =>
    (service.scopeTypes?.(rule).includes(scope) ?? true) &&
    policy.allows(rule, caller, always ? { ...always, ...target } : target);
  let signal: AbortSignal | undefined;
  return {
    deps: service.deps as unknown,
    requestId,
    caller,
    microversion,
    allows,
    enforce(rule, target) {
      if (!allows(rule, target)) throw new CloudError("forbidden", service.envelope.forbidden(rule));
    },
    log: new RequestLogger(door.log, { requestId, userId: caller.userId, projectId: caller.projectId }),
    clock,
    signal: () => (signal ??= goneSignal(at.reply)),
    peer: () => ({
      address: at.request.socket.remoteAddress ?? "",
      rawHeaders: at.request.raw.rawHeaders,
    }),
    prefix: service.prefix,
    baseUrl: `${at.request.protocol}://${at.request.host}${service.prefix}`,
  };
}

function scopeTypeOf({ systemScope, domainId }: Caller): ScopeType {
  if (systemScope) return "system";
  return domainId === undefined ? "project" : "domain";
}

/** The server's logger with the fields of a request, most of which say nothing: its own child is made for the first line. */
class RequestLogger implements Logger {
  readonly #server: Logger;
  readonly #fields: Readonly<Record<string, unknown>>;
  #own: Logger | undefined;

  constructor(server: Logger, fields: Readonly<Record<string, unknown>>) {
    this.#server = server;
    this.#fields = fields;
  }

  debug(...line: Parameters<Logger["debug"]>): void {
    this.#log().debug(...line);
  }

  info(...line: Parameters<Logger["info"]>): void {
    this.#log().info(...line);
  }

  warn(...line: Parameters<Logger["warn"]>): void {
    this.#log().warn(...line);
  }

  error(...line: Parameters<Logger["error"]>): void {
    this.#log().error(...line);
  }

  child(fields: Readonly<Record<string, unknown>>): Logger {
    return this.#log().child(fields);
  }

  #log(): Logger {
    return (this.#own ??= this.#server.child(this.#fields));
  }
}

function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  const leave = (): void => gone.abort(new CloudError("timeout", "The client closed the connection."));
  const { raw } = reply;
  if (raw.destroyed && !raw.writableFinished) leave();
  else raw.once("close", () => raw.writableFinished || leave());
  return gone.signal;
}
