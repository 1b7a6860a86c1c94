import { CloudError } from "#base/errors.ts";
import { atLeast } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import type { UsageQuery } from "../../app/tenant-usage.ts";
import { maxLimit, pageOf, queryText, type Query } from "../paging.ts";

const form = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,6})?| \d\d:\d\d:\d\d\.\d{1,6})$/;

/** UTC without a zone, in the forms that Nova takes, to the microsecond; now when it is left out. */
function timeOf(text: string | undefined, now: number): number {
  if (text === undefined || text === "") return now;
  const [whole = "", fraction = ""] = text.split(".");
  const time = form.test(text) ? Date.parse(`${whole.replace(" ", "T")}Z`) : Number.NaN;
  if (!Number.isNaN(time)) return time + Number(fraction.padEnd(6, "0")) / 1_000;
  throw new CloudError("invalid", "Invalid datetime string: Datetime is in invalid format");
}

/** `start` and `end`, which is at most now; pages since 2.40. */
export function usageQueryOf(ctx: ComputeCtx, query: Query, projectId: string | undefined): UsageQuery {
  const now = ctx.clock.now();
  const [start, end] = [timeOf(queryText(query, "start"), now), timeOf(queryText(query, "end"), now)];
  // To Nova's clock "now" is later when it is asked for again.
  if (start > end || (start === end && start !== now)) {
    throw new CloudError("invalid", "Invalid start time. The start time cannot occur after the end time.");
  }
  const page = atLeast(ctx, "2.40") ? pageOf(query) : { limit: maxLimit, marker: undefined };
  return { start, stop: Math.min(end, now), projectId, ...page };
}
