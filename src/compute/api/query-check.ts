import { CloudError } from "#base/errors.ts";
import { atLeast } from "#http/index.ts";
import type { ComputeCtx } from "../app/deps.ts";
import type { Query } from "./paging.ts";

/** Refuses query parameters that the operation does not know, from microversion `since` on; older ones ignore them. */
export function queryCheck(ctx: ComputeCtx, query: Query, allowed: readonly string[], since: string): void {
  const unknown = Object.keys(query).filter((name) => !allowed.includes(name));
  if (unknown.length === 0 || !atLeast(ctx, since)) return;
  const names = unknown.map((name) => `'${name}'`).join(", ");
  throw new CloudError(
    "invalid",
    `Additional properties are not allowed (${names} ${unknown.length === 1 ? "was" : "were"} unexpected)`,
  );
}

/** Refuses what is given more than once (parameter_types.single_param), from microversion `since` on. */
export function querySingleCheck(ctx: ComputeCtx, query: Query, since: string): void {
  const name = Object.keys(query).find((each) => Array.isArray(query[each]));
  if (name === undefined || !atLeast(ctx, since)) return;
  throw new CloudError("invalid", `Invalid input for query parameters ${name}. It is given more than once.`);
}
