import { CloudError } from "#base/errors.ts";

/** Nova's [api] max_limit. */
export const maxLimit = 1_000;

export type Query = Readonly<Record<string, string | string[] | undefined>>;

/** The one value of a query parameter; the last when it is repeated. */
export function queryText(query: Query, name: string): string | undefined {
  const value = query[name];
  return Array.isArray(value) ? value.at(-1) : value;
}

/** `limit` and `marker` of a list request. Throws `invalid` for a limit that is no number from 0. */
export function pageOf(query: Query): { readonly limit: number; readonly marker: string | undefined } {
  const text = queryText(query, "limit");
  const marker = queryText(query, "marker");
  if (text === undefined) return { limit: maxLimit, marker };
  if (!/^\d+$/.test(text)) {
    throw new CloudError(
      "invalid",
      `Invalid input for query parameters limit. Value: ${text}. '${text}' does not match '^[0-9]*$'`,
    );
  }
  return { limit: Math.min(Number(text), maxLimit), marker };
}

/** Nova's strict booleans in queries (`is_public`, `all_tenants`); undefined when it is none of them. */
export function booleanOf(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (["1", "t", "true", "on", "y", "yes", ""].includes(text.toLowerCase())) return true;
  return ["0", "f", "false", "off", "n", "no"].includes(text.toLowerCase()) ? false : undefined;
}
