import { operation, Reply } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";

/** 410: what Nova once had and took away, for every microversion. Clients know it from a path that never was. */
export const gone = operation<ComputeDeps>({
  status: 410,
  handle: () => {
    const message = "This resource is no longer available. No forwarding address is given.";
    return Promise.resolve(new Reply(410, { computeFault: { code: 410, message } }));
  },
});
