import { CloudError } from "#base/errors.ts";

const isoTime = /^\d{4}(-\d\d){0,2}([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?([zZ]|[+-]\d\d:?\d\d)?)?$/;

/** The time of a query parameter, ISO 8601; without a zone it is UTC. Throws `invalid` for anything else. */
export function timeOf(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  const zoned = /[zZ]$|[+-]\d\d:?\d\d$/.test(text) || !text.includes(":");
  const time = isoTime.test(text) ? Date.parse(zoned ? text : `${text}Z`) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new CloudError("invalid", `Invalid input for query parameters ${name}. Value: ${text}.`);
}
