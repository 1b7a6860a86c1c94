import { examples } from "./examples.ts";
import type { Fixtures } from "./fixtures.ts";
import { bodyOf, hasBody, requestOfAdmin, schemaOf } from "./good-request.ts";
import { isFirstOfUrl, versionsOf, type Row } from "./rows.ts";
import type { Schema } from "./schema-example.ts";
import { unknownFields, wrongTypes, type Mistake } from "./schema-mistakes.ts";
import type { Probe, Way } from "./walk.ts";

/** A parser survives it, what walks over its result does not. */
const abyss = "[".repeat(50_000) + "]".repeat(50_000);

export const malformedJson: Way = {
  name: "malformed JSON",
  probes: (row, fixtures) => {
    if (!hasBody(row) || !isFirstOfUrl(row) || row.route.operation.rawBody !== undefined) return [];
    const request = requestOfAdmin(row, fixtures);
    return ['{"a": ', "text", "\u0000", '{"a": 1}}', abyss, `{"server": ${abyss}}`].map((body) => ({
      what: JSON.stringify(body).slice(0, 40),
      request: { ...request, body },
      expect: 400,
      says: /JSON/,
    }));
  },
};

const twentyMegabytes = Buffer.alloc(20 * 1024 * 1024, " ");

export const hugeBody: Way = {
  name: "body of 20 MB",
  probes: (row, fixtures) => {
    // An image is of any size.
    if (!hasBody(row) || !isFirstOfUrl(row) || row.route.operation.rawBody === "stream") return [];
    const request = requestOfAdmin(row, fixtures);
    const headers = { "content-type": "application/json", ...request.headers };
    return [{ request: { ...request, headers, body: twentyMegabytes }, expect: 413 }];
  },
};

export const unknownBodyField: Way = {
  name: "unknown field of the body",
  probes: (row, fixtures) => mistakes(row, fixtures, unknownFields, saysUnknown(row)),
};

function saysUnknown({ route }: Row): (mistake: Mistake) => RegExp {
  // Two keys are no action.
  return ({ where }) =>
    where.includes(".") || route.action === undefined ? /x_unknown_field/ : /exactly one action/;
}

export const wrongBodyType: Way = {
  name: "wrong type of a field of the body",
  probes: (row, fixtures) => {
    const request = requestOfAdmin(row, fixtures);
    const wrong = examples[row.name]?.wrongBodies ?? [];
    return [
      // Nova names what is wrong in a map by its key.
      ...mistakes(
        row,
        fixtures,
        wrongTypes,
        ({ where }) => new RegExp(`${where.split(".").at(-1) ?? ""}|x_wrong`, "u"),
      ),
      ...wrong.map((body) => ({ what: JSON.stringify(body), request: { ...request, body }, expect: 400 })),
    ];
  },
};

/** At every microversion at which the schema changes. */
function mistakes(
  row: Row,
  fixtures: Fixtures,
  make: (schema: Schema, example: object) => Mistake[],
  says: (mistake: Mistake) => RegExp,
): Probe[] {
  return versionsOf(row).flatMap((version) => {
    const [schema, example] = [schemaOf(row, version), bodyOf(row, fixtures, version)];
    if (!schema || !example) return [];
    const request = requestOfAdmin(row, fixtures, version);
    return make(schema, example).map((mistake) => ({
      what: mistake.where,
      request: { ...request, body: mistake.body },
      expect: 400,
      says: says(mistake),
    }));
  });
}
