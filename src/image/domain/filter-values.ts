import { CloudError } from "#base/errors.ts";

const timeOperators = ["gt", "gte", "eq", "neq", "lt", "lte"] as const;
export type TimeOperator = (typeof timeOperators)[number];

/** oslo.utils' strict booleans. */
export function parseFlag(name: string, text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (["true", "1", "t", "yes", "y", "on"].includes(text.toLowerCase())) return true;
  if (["false", "0", "f", "no", "n", "off"].includes(text.toLowerCase())) return false;
  throw invalid(`Invalid value '${text}' for ${name}: it must be true or false.`);
}

/** `in:a,b` asks for any of several, which may stand in double quotes. */
export function parseTexts(text: string): readonly string[] {
  const [, operator, operand = ""] = /^([^:]*):(.*)$/s.exec(text) ?? [];
  if (operator === undefined) return [text];
  if (operator === "eq") return [operand];
  if (operator !== "in") throw invalid(`Unable to filter by unknown operator '${operator}'.`);
  if (!/^(?:(?:"[^"]*"|[^",]*)(?:,|$))*$/.test(operand)) {
    throw invalid(
      `Invalid filter value ${operand}. A value in quotation marks ends with one, and a comma stands between values.`,
    );
  }
  return (operand.match(/"[^"]*"|[^,]+/g) ?? []).map((part) => part.replace(/^"(.*)"$/s, "$1"));
}

export function parseWhole(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw invalid(`Invalid value '${text}' for ${name}: it must be a whole number, not negative.`);
}

export function parseTime(name: string, text: string): { operator: TimeOperator; timeMs: number } {
  const [, before, after = ""] = /^([^:]*):(.*)$/s.exec(text) ?? [];
  const prefix = timeOperators.find((operator) => operator === before);
  if (before !== undefined && !prefix && !/^\d/.test(before))
    throw invalid(`Unable to filter by unknown operator '${before}'.`);
  const time = prefix ? after : text;
  const timeMs = Date.parse(/(?:Z|[+-]\d{2}:?\d{2})$/.test(time) ? time : `${time}Z`);
  if (Number.isNaN(timeMs))
    throw invalid(`Bad "${name}" query filter format. Use ISO 8601 DateTime notation.`);
  return { operator: prefix ?? "eq", timeMs };
}

function invalid(message: string): CloudError {
  return new CloudError("invalid", message);
}
