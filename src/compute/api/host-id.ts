import { CloudError } from "#base/errors.ts";
import { atLeast } from "#http/index.ts";
import type { ComputeCtx } from "../app/deps.ts";
import { hostFetch } from "../app/host.ts";
import type { Host } from "../store/hosts.ts";

/** Numbers before 2.53, UUIDs from then on. */
export function hostIdOf(ctx: ComputeCtx, host: Host): string | number {
  return atLeast(ctx, "2.53") ? host.id : host.number;
}

const uuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/** The host of a path. Throws `invalid` from 2.53 on for what is no UUID, `not-found` for what names no host. */
export async function hostOfPath(ctx: ComputeCtx, id: string, what: string): Promise<Host> {
  if (!atLeast(ctx, "2.53")) return hostFetch(ctx, id, { by: "number", what });
  if (!uuid.test(id)) throw new CloudError("invalid", `Invalid uuid ${id}`);
  return hostFetch(ctx, id, { by: "uuid", what });
}
