import { newRequestId } from "#base/ids.ts";
import type { ComputeCtx, ComputeDeps } from "./deps.ts";

/** For what the cloud does of itself: its own user asks, and every rule lets it. Throws `unavailable` without that user. */
export async function cloudContext(deps: ComputeDeps): Promise<ComputeCtx> {
  const requestId = newRequestId();
  return {
    deps,
    requestId,
    caller: await deps.cloudAccount.caller(),
    microversion: { major: 2, minor: 1 },
    allows: () => true,
    enforce: () => undefined,
    log: deps.log.child({ requestId }),
    clock: deps.clock,
    signal: () => new AbortController().signal,
    peer: () => ({ address: "", rawHeaders: [] }),
    baseUrl: "",
    prefix: "",
  };
}
