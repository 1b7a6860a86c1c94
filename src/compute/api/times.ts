import { CloudError } from "#base/errors.ts";

/** The time of a query parameter, ISO 8601; without a zone it is UTC. Throws `invalid` for anything else. */
export function timeOf(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  const zoned = /[zZ]$|[+-]\d\d:?\d\d$/.test(text) || !text.includes(":");
  const time = Date.parse(zoned ? text : `${text}Z`);
  if (!Number.isNaN(time)) return time;
  throw new CloudError("invalid", `Invalid input for query parameters ${name}. Value: ${text}.`);
}
