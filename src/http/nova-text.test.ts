import { Type } from "typebox";
import { Compile } from "typebox/compile";
import { expect, test } from "vitest";
import { novaText } from "./nova-text.ts";

const one = Type.Literal;
const schema = Type.Object(
  {
    server: Type.Object(
      {
        name: Type.String({ minLength: 1, maxLength: 3 }),
        description: Type.Optional(Type.Union([Type.String({ maxLength: 3 }), Type.Null()])),
        disk: Type.Optional(Type.Union([Type.Literal("AUTO"), Type.Literal("MANUAL")])),
        address: Type.Optional(Type.String({ format: "ipv4" })),
        count: Type.Optional(
          Type.Union([Type.Integer({ minimum: 1 }), Type.String({ pattern: "^[0-9]+$" })]),
        ),
        tags: Type.Optional(Type.Array(Type.String())),
        policy: Type.Optional(
          Type.Union([Type.Union([one("a"), one("b")]), one("c"), Type.Union([one("d"), one("e")])]),
        ),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
);
const validator = Compile(schema);
const said = (value: unknown): string => novaText(schema, value, validator.Errors(value));
const field = (name: string, value: string, sentence: string): string =>
  `Invalid input for field/attribute ${name}. Value: ${value}. ${sentence}`;

test.each([
  [{}, "'server' is a required property"],
  [{ server: {} }, field("server", "{}", "'name' is a required property")],
  [{ server: { name: "a" }, b: 1 }, "Additional properties are not allowed ('b' was unexpected)"],
  [
    { server: { name: "a", b: 1 } },
    field("server", "{'name': 'a', 'b': 1}", "Additional properties are not allowed ('b' was unexpected)"),
  ],
  [{ server: { name: "" } }, field("name", "", "'' is too short")],
  [{ server: { name: 1 } }, field("name", "1", "1 is not of type 'string'")],
  [{ server: { name: "a", description: "abcd" } }, field("description", "abcd", "'abcd' is too long")],
  [{ server: { name: "a", description: 5 } }, field("description", "5", "5 is not of type 'string', 'null'")],
  [{ server: { name: "a", disk: "x" } }, field("disk", "x", "'x' is not one of ['AUTO', 'MANUAL']")],
  [{ server: { name: "a", address: "x" } }, field("address", "x", "'x' is not a 'ipv4'")],
  [{ server: { name: "a", count: 0 } }, field("count", "0", "0 is less than the minimum of 1")],
  [{ server: { name: "a", count: "x" } }, field("count", "x", "'x' does not match '^[0-9]+$'")],
  [{ server: { name: "a", policy: 1 } }, field("policy", "1", "1 is not one of ['a', 'b', 'c', 'd', 'e']")],
  [{ server: { name: "a", tags: ["a", 1] } }, field("1", "1", "1 is not of type 'string'")],
])("%j", (value, text) => {
  expect(said(value)).toBe(text);
});
