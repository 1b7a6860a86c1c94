import { schemaAt } from "#http/validate.ts";
import { examples, knownFields } from "./examples.ts";
import { exceptions, isOpen } from "./exceptions.ts";
import type { Fixtures } from "./fixtures.ts";
import { pathOf, pathParameterNames } from "./path-parameters.ts";
import { versionOf, versionsOf, type Request, type Row } from "./rows.ts";
import { exampleOf, type Schema } from "./schema-example.ts";
import { openPlaces, wrongTypes } from "./schema-mistakes.ts";

/** A good request of the row, but for who sends it. */
export function requestOf(row: Row, fixtures: Fixtures, token?: string, version = row.newest): Request {
  const example = examples[row.name];
  const query = example?.query?.(fixtures);
  return {
    method: row.route.method,
    url: `${row.service.prefix}${pathOf(row, fixtures).path}${query === undefined ? "" : `?${query}`}`,
    token,
    version,
    headers: example?.headers?.(fixtures),
    body: bodyOf(row, fixtures, version),
  };
}

/** The same by an administrator; without a token where none is read. */
export function requestOfAdmin(row: Row, fixtures: Fixtures, version = row.newest): Request {
  return requestOf(row, fixtures, needsToken(row) ? fixtures.tokens.admin : undefined, version);
}

export function needsToken({ route }: Row): boolean {
  return route.policy !== "public";
}

export function hasBody({ route }: Row): boolean {
  return route.method !== "GET" && route.method !== "HEAD";
}

export function schemaOf(row: Row, version = row.newest): Schema | undefined {
  const { body } = row.route.operation;
  return body && schemaAt(body, versionOf(version));
}

/** The example of the table, or one that is made from the schema; undefined when that cannot be done. */
export function bodyOf(row: Row, fixtures: Fixtures, version = row.newest): object | undefined {
  const [schema, { action }] = [schemaOf(row, version), row.route];
  const given = examples[row.name]?.body?.(fixtures, version);
  if (given !== undefined) return given;
  if (schema) return exampleOf(schema, knownFields(fixtures)) as object | undefined;
  return action === undefined ? undefined : { [action]: null };
}

/** What the walk needs of a row and does not find: what to add where. */
export function missing(row: Row, fixtures: Fixtures): string[] {
  const { unknown } = pathOf(row, fixtures);
  const absent = unknown.map((path) => `"${path}" to path-parameters.ts, under "${row.service.type}"`);
  if (
    versionsOf(row).some((version) => schemaOf(row, version) && bodyOf(row, fixtures, version) === undefined)
  )
    absent.push(`"${row.name}" with a body to examples.ts: none could be made from its schema`);
  else if (refusesNothing(row, fixtures) && examples[row.name]?.wrongBodies === undefined)
    absent.push(`"${row.name}" with wrongBodies to examples.ts: its schema refuses nothing`);
  return absent;
}

/** One list for all rows: a line that serves several is there once. */
export function missingList(rows: readonly Row[], fixtures: Fixtures): string[] {
  const needs = rows.flatMap((row) => missing(row, fixtures).map((what) => ({ what, row })));
  return [...Map.groupBy(needs, ({ what }) => what)].map(([what, [first, ...others]]) => {
    const more = others.length === 0 ? "" : ` and ${others.length} more`;
    return `add ${what} (for ${first?.row.route.method} ${first?.row.route.path}${more})`;
  });
}

/** Lines of the tables that are about no row. */
export function staleList(rows: readonly Row[], fixtures: Fixtures): string[] {
  const names = new Set(rows.map(({ name }) => name));
  const used = new Set(
    rows.flatMap((row) => pathOf(row, fixtures).used.map((line) => `${row.service.type} ${line}`)),
  );
  const open = Object.keys(exceptions.open).map((line) => line.split(": ")[0] ?? "");
  const named = [examples, exceptions.foreign, exceptions.good].flatMap((table) => Object.keys(table));
  return [
    ...[...named, ...open].filter((name) => !names.has(name)),
    ...pathParameterNames().filter((name) => !used.has(name)),
  ];
}

/** Actions are told apart by their key, so that a value may be anything. */
function refusesNothing(row: Row, fixtures: Fixtures): boolean {
  const versions = versionsOf(row).filter((version) => schemaOf(row, version) !== undefined);
  if (row.route.action !== undefined || versions.length === 0) return false;
  return versions.every((version) => {
    const [schema, example] = [schemaOf(row, version), bodyOf(row, fixtures, version)];
    return schema && example && wrongTypes(schema, example).length === 0;
  });
}

/** Where the real service's bodies are closed, so are ours. */
export function openPlacesOf(row: Row): string[] {
  if (isOpen(row)) return [];
  const places = versionsOf(row).flatMap((version) => openPlaces(schemaOf(row, version) ?? {}));
  return (
    [...new Set(places)]
      // Two keys are no action.
      .filter((place) => place !== "" || row.route.action === undefined)
      .map((place) => `${row.name}: ${place === "" ? "the body" : place}`)
      .filter((name) => exceptions.open[name] === undefined)
  );
}
