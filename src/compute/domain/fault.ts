import type { ErrorCode } from "#base/errors.ts";

/** The `code` of a server's fault: what the request would have been answered, had it waited. */
export function statusOfFault(code: ErrorCode): number {
  if (code === "invalid") return 400;
  if (code === "forbidden") return 403;
  if (code === "not-found") return 404;
  return 500;
}
