import { atLeast, type Ctx } from "#http/index.ts";
import { badRequest } from "../domain/errors.ts";
import {
  aggregatesParse,
  nothing,
  traitsParse,
  type AggregateFilter,
  type TraitFilter,
} from "../domain/filters.ts";
import { normalizeUuid } from "../domain/names.ts";

/** A repeated parameter is a list. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

type Versioned = Pick<Ctx, "microversion">;

/** Which parameters exist depends on the microversion, so it is checked here and not by one schema. */
export function queryCheck(query: Query, allowed: readonly string[]): void {
  for (const name of Object.keys(query)) {
    if (allowed.includes(name)) continue;
    throw badRequest(
      `Invalid query string parameters: Additional properties are not allowed ('${name}' was unexpected)`,
    );
  }
}

export function queryAll(query: Query, name: string): readonly string[] {
  const value = query[name];
  if (value === undefined) return [];
  return typeof value === "string" ? [value] : value;
}

/** The last value counts (webob's MultiDict). */
export function queryLast(query: Query, name: string): string | undefined {
  return queryAll(query, name).at(-1);
}

export function queryUuid(query: Query, name: string): string | undefined {
  const text = queryLast(query, name);
  if (text === undefined) return undefined;
  const uuid = normalizeUuid(text.trim());
  if (uuid !== undefined) return uuid;
  throw badRequest(
    `Invalid query string parameters: Expected '${name}' parameter to be a format of uuid. Got: ${text}`,
  );
}

export function queryTraits(ctx: Versioned, query: Query): TraitFilter {
  const values = queryAll(query, "required");
  return traitsParse(values, { forbidden: atLeast(ctx, "1.22"), anyOf: atLeast(ctx, "1.39") });
}

export function queryAggregates(ctx: Versioned, query: Query): AggregateFilter {
  const values = queryAll(query, "member_of");
  if (values.length === 0) return nothing;
  return aggregatesParse(values, { repeated: atLeast(ctx, "1.24"), forbidden: atLeast(ctx, "1.32") });
}

/** `[["name", "1.0"], …]` → the names that this microversion has. */
export function namesSince(ctx: Versioned, names: readonly (readonly [string, string])[]): string[] {
  return names.filter(([, since]) => atLeast(ctx, since)).map(([name]) => name);
}
