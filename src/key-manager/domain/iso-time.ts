const isoTime =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2}(?:\.\d{1,9})?)?(?: ?(Z|[+-]\d{2}(?::?\d{2})?))?)?$/i;

/** Milliseconds of an ISO 8601 date or time; without a zone it is UTC, as Barbican reads it. Undefined when it is none. */
export function isoTimeParse(text: string): number | undefined {
  const match = isoTime.exec(text.trim());
  if (!match) return undefined;
  const [, date = "", minutes = "00:00", seconds = ":00", zone = "Z"] = match;
  const [hours, rest] = [zone.slice(0, 3), zone.slice(3).replace(":", "")];
  const offset = zone.length === 1 ? zone.toUpperCase() : `${hours}:${rest === "" ? "00" : rest}`;
  const timeMs = Date.parse(`${date}T${minutes}${seconds}${offset}`);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}
