import { Type } from "typebox";
import { Compile } from "typebox/compile";
import { expect, test } from "vitest";
import { jsonschemaText } from "./jsonschema-text.ts";

const schema = Type.Object(
  {
    total: Type.Integer({ minimum: 1, maximum: 9 }),
    name: Type.Optional(Type.String({ minLength: 2, maxLength: 3, pattern: "^A" })),
    list: Type.Optional(Type.Array(Type.String(), { minItems: 1, uniqueItems: true })),
    map: Type.Optional(
      Type.Record(Type.String({ pattern: "^[A-Z]+$" }), Type.Integer({ minimum: 1 }), {
        additionalProperties: false,
        minProperties: 1,
      }),
    ),
    parent: Type.Optional(
      Type.Union([Type.String({ pattern: "^[0-9a-f]{32}$", "x-format": "uuid" }), Type.Null()]),
    ),
    groups: Type.Optional(
      Type.Union([Type.Null(), Type.Array(Type.String({ pattern: "^[0-9a-f]{32}$", "x-format": "uuid" }))]),
    ),
  },
  { additionalProperties: false },
);
const validator = Compile(schema);
const said = (value: unknown): string => jsonschemaText(schema, value, validator.Errors(value));

// Each right side is what Python's jsonschema 4.10 says to the same schema and value.
test.each([
  [{}, "'total' is a required property"],
  [{ total: 0 }, "0 is less than the minimum of 1"],
  [{ total: 10 }, "10 is greater than the maximum of 9"],
  [{ total: "a" }, "'a' is not of type 'integer'"],
  [{ total: true }, "True is not of type 'integer'"],
  [[], "[] is not of type 'object'"],
  [{ total: 1, b: 2 }, "Additional properties are not allowed ('b' was unexpected)"],
  [{ total: 1, b: 2, c: 3 }, "Additional properties are not allowed ('b', 'c' were unexpected)"],
  [{ total: 1, name: "A" }, "'A' is too short"],
  [{ total: 1, name: "AAAA" }, "'AAAA' is too long"],
  [{ total: 1, name: "it's" }, `"it's" is too long`],
  [{ total: 1, name: "BB" }, "'BB' does not match '^A'"],
  [{ total: 1, list: [] }, "[] is too short"],
  [{ total: 1, list: ["a", "a"] }, "['a', 'a'] has non-unique elements"],
  [{ total: 1, map: {} }, "{} does not have enough properties"],
  [{ total: 1, map: { a: 1 } }, "'a' does not match any of the regexes: '^[A-Z]+$'"],
  [{ total: 1, map: { A: 0 } }, "0 is less than the minimum of 1"],
  [{ total: 1, parent: 5 }, "5 is not valid under any of the given schemas"],
  [{ total: 1, groups: ["x"] }, "'x' is not a 'uuid'"],
])("%j", (value, sentence) => {
  expect(said(value).split(" Failed validating")[0]).toBe(sentence);
});

test("the place in the schema and in the value follow", () => {
  expect(said({ total: 0 })).toBe(
    "0 is less than the minimum of 1 Failed validating 'minimum' in schema['properties']['total'] On instance['total']: 0",
  );
  expect(said({ total: 1, map: { A: 0 } })).toContain("On instance['map']['A']: 0");
  expect(said({ total: 1, groups: ["x"] })).toContain("Failed validating 'format' in schema");
});

test("a mistake near the top is told before one below, and a long value is cut", () => {
  expect(said({ map: { A: 0 } })).toContain("'total' is a required property Failed");
  expect(said({ total: 1, name: "A".repeat(9_000) }).length).toBeLessThan(1_000);
});
