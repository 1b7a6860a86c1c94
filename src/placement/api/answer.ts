import { atLeast, Reply, type Ctx } from "#http/index.ts";
import type { PlacementDeps } from "../deps.ts";

export interface AnswerOptions {
  readonly status?: number;
  /** When what is shown last changed; undefined: now, as for sums and lists of nothing. */
  readonly modifiedMs?: number | undefined;
  readonly location?: string;
}

/** With `last-modified` and `cache-control`, which every answer about a state has since 1.15. */
export function answer(ctx: Ctx<PlacementDeps>, body: unknown, options: AnswerOptions = {}): Reply {
  const fresh = atLeast(ctx, "1.15")
    ? {
        "last-modified": new Date(options.modifiedMs ?? ctx.clock.now()).toUTCString(),
        "cache-control": "no-cache",
      }
    : {};
  const location = options.location === undefined ? {} : { location: `${ctx.baseUrl}${options.location}` };
  const status = options.status ?? (body === undefined ? 204 : 200);
  return new Reply(status, body, { ...fresh, ...location });
}

/** Without a body, and without freshness headers: the answer of a write. */
export function done(ctx: Ctx<PlacementDeps>, status: 201 | 204, location?: string): Reply {
  return new Reply(
    status,
    undefined,
    location === undefined ? {} : { location: `${ctx.baseUrl}${location}` },
  );
}

/** Links are paths without host: `/placement/resource_providers/…` (placement.util.resource_provider_url). */
export function linkPath(ctx: Ctx<PlacementDeps>, path: string): string {
  return `${ctx.prefix}${path}`;
}

/** The newest of several times; undefined when there is none. */
export function newest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
