import type { Ctx } from "./context.ts";

/** The same request with another service's parts: for what one service asks of another on a caller's behalf. */
export function peerContext<Deps>(peer: Ctx, deps: Deps): Ctx<Deps> {
  const { requestId, caller, microversion, clock, prefix } = peer;
  return {
    deps,
    requestId,
    caller,
    microversion,
    clock,
    prefix,
    allows: (rule, target) => peer.allows(rule, target),
    enforce: (rule, target) => peer.enforce(rule, target),
    get log() {
      return peer.log;
    },
    get signal() {
      return peer.signal;
    },
    get baseUrl() {
      return peer.baseUrl;
    },
  };
}
