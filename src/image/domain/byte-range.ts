import { CloudError } from "#base/errors.ts";

/** Both ends are part of it. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * What a download asks for: `Range` (RFC 9110, one range), or, as Glance's older clients say it in requests,
 * `Content-Range`. Undefined: all of it. Throws `invalid` for several ranges, `range-not-satisfiable` for
 * one that is malformed or begins behind the end.
 */
export function parseByteRange(
  headers: { readonly range?: string | undefined; readonly "content-range"?: string | undefined },
  sizeBytes: number,
): ByteRange | undefined {
  if (headers.range !== undefined) return parseRange(headers.range, sizeBytes);
  if (headers["content-range"] !== undefined) return parseContentRange(headers["content-range"], sizeBytes);
  return undefined;
}

function parseRange(text: string, sizeBytes: number): ByteRange {
  if (text.includes(",")) {
    throw new CloudError(
      "invalid",
      "Requests with multiple ranges are not supported in Glance. You may make multiple single-range requests instead.",
    );
  }
  const [, from = "", to = ""] = /^bytes\s*=\s*(\d*)\s*-\s*(\d*)$/.exec(text.trim()) ?? [];
  if (from === "" && Number(to) === 0) throw unsatisfiable("Invalid Range header.");
  const last = sizeBytes - 1;
  if (from === "") {
    if (sizeBytes === 0) throw outside("start", "Range", last);
    return { first: Math.max(0, sizeBytes - Number(to)), last };
  }
  if (to !== "" && Number(to) < Number(from)) throw unsatisfiable("Invalid Range header.");
  if (Number(from) > last) throw outside("start", "Range", last);
  return { first: Number(from), last: to === "" ? last : Math.min(Number(to), last) };
}

function parseContentRange(text: string, sizeBytes: number): ByteRange {
  const [, from, to, length] = /^bytes\s+(\d+)\s*-\s*(\d+)\s*\/\s*(\d+|\*)$/.exec(text.trim()) ?? [];
  const [first, last] = [Number(from), Number(to)];
  const isWhole = from !== undefined && first <= last && (length === "*" || last < Number(length));
  if (!isWhole) throw unsatisfiable("Invalid Content-Range header.");
  if (last >= sizeBytes) throw outside("stop", "Content-Range", sizeBytes - 1);
  return { first, last };
}

function outside(what: "start" | "stop", header: string, last: number): CloudError {
  return unsatisfiable(
    `Invalid ${what} position in ${header} header. ${what === "start" ? "Start" : "The stop"} position MUST be in the inclusive range [0, ${last}].`,
  );
}

function unsatisfiable(message: string): CloudError {
  return new CloudError("range-not-satisfiable", message);
}
