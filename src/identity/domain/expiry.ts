import { CloudError } from "#base/errors.ts";

const blame =
  " The server could not comply with the request since it is either malformed or otherwise incorrect. " +
  "The client is assumed to be in error.";

/**
 * A time that clients send as `expires_at`: ISO 8601, UTC unless it names a zone. In microseconds since the epoch, as
 * clients compare the answer with what they sent. Throws `invalid` when it is no time or not ahead.
 */
export function expiryParse(text: string, nowMs: number): number {
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(Z|[+-]\d\d:\d\d)?$/.exec(text);
  const [, day, time, fraction = "", zone = "Z"] = match ?? [];
  const wholeMs = match ? Date.parse(`${day}T${time}${zone}`) : Number.NaN;
  if (Number.isNaN(wholeMs)) throw new CloudError("invalid", `Timestamp not in expected format.${blame}`);
  const microseconds = wholeMs * 1_000 + Number(fraction.padEnd(6, "0"));
  if (microseconds <= nowMs * 1_000)
    throw new CloudError("invalid", `The 'expires_at' must not be before now.${blame}`);
  return microseconds;
}

/** `2026-11-24T10:00:00.123456`, UTC without saying so. */
export function isoOfMicroseconds(microseconds: number): string {
  const whole = new Date(Math.floor(microseconds / 1_000)).toISOString().slice(0, 19);
  return `${whole}.${String(microseconds % 1_000_000).padStart(6, "0")}`;
}
