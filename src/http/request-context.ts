import type { FastifyReply, FastifyRequest } from "fastify";
import { CloudError } from "#base/errors.ts";
import type { Logger } from "#base/logger.ts";
import type { PolicyTarget } from "#policy/index.ts";
import type { Caller, Ctx, Microversion } from "./context.ts";
import type { Door } from "./door.ts";

/** The context of one request, a plain object: who hands it on to another service spreads it. */
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
  const inScope =
    service.projectTokensOnly !== true || !(caller.systemScope || caller.domainId !== undefined);
  const always = service.policyTarget;
  const allows = (rule: string, target: PolicyTarget = own): boolean =>
    inScope && policy.allows(rule, caller, always ? { ...always, ...target } : target);
  // Most requests need none of the three.
  let log: Logger | undefined;
  let signal: AbortSignal | undefined;
  let baseUrl: string | undefined;
  return {
    deps: service.deps as unknown,
    requestId,
    caller,
    microversion,
    allows,
    enforce(rule, target) {
      if (!allows(rule, target)) throw new CloudError("forbidden", service.envelope.forbidden(rule));
    },
    get log() {
      return (log ??= door.log.child({ requestId, userId: caller.userId, projectId: caller.projectId }));
    },
    clock,
    get signal() {
      return (signal ??= goneSignal(at.reply));
    },
    prefix: service.prefix,
    get baseUrl() {
      return (baseUrl ??= `${at.request.protocol}://${at.request.host}${service.prefix}`);
    },
  };
}

function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  const leave = (): void => gone.abort(new CloudError("timeout", "The client closed the connection."));
  const { raw } = reply;
  if (raw.destroyed && !raw.writableFinished) leave();
  else raw.once("close", () => raw.writableFinished || leave());
  return gone.signal;
}
