import { expect, test } from "vitest";
import { schemaMerge, type Json } from "./versioned-schema.ts";

const text = { type: "string" };
const integer = { type: "integer" };
const object = (properties: Json, required: readonly string[] = []): Json => ({
  type: "object",
  ...(required.length > 0 ? { required } : {}),
  properties,
});
const from = (min: string | undefined, max: string | undefined, value: Json) => ({ min, max, value });

test("what never changes has no bounds", () => {
  const value = object({ name: text }, ["name"]);
  expect(schemaMerge([from(undefined, "2.9", value), from("2.10", undefined, value)])).toEqual(value);
});

test("a field that comes, one that goes, one that changes, one that becomes required", () => {
  const versions = [
    from(undefined, "2.9", object({ name: text, gone: text, size: text, wanted: text }, ["name"])),
    from("2.10", "2.19", object({ name: text, gone: text, size: integer, wanted: text }, ["name", "wanted"])),
    from(
      "2.20",
      undefined,
      object({ name: text, size: integer, wanted: text, come: text }, ["name", "wanted"]),
    ),
  ];
  expect(schemaMerge(versions)).toEqual({
    type: "object",
    required: ["name"],
    properties: {
      name: text,
      gone: { ...text, "x-openstack": { "max-ver": "2.19" } },
      size: {
        oneOf: [
          { ...text, "x-openstack": { "max-ver": "2.9" } },
          { ...integer, "x-openstack": { "min-ver": "2.10" } },
        ],
      },
      wanted: { ...text, "x-openstack": { "required-since": "2.10" } },
      come: { ...text, "x-openstack": { "min-ver": "2.20" } },
    },
  });
});

test("a field that goes and comes again, and one that is required at first", () => {
  const versions = [
    from(undefined, "2.9", object({ name: text, once: text }, ["name", "once"])),
    from("2.10", "2.19", object({ name: text }, ["name"])),
    from("2.20", undefined, object({ name: text, once: text })),
  ];
  expect(schemaMerge(versions)).toEqual(
    object({
      name: { ...text, "x-openstack": { "required-until": "2.19" } },
      once: {
        oneOf: [
          { ...text, "x-openstack": { "max-ver": "2.9" } },
          { ...text, "x-openstack": { "min-ver": "2.20" } },
        ],
        "x-openstack": { "required-until": "2.9" },
      },
    }),
  );
});

test("inside of objects, and the bounds of the whole", () => {
  const versions = [
    from("1.13", "1.27", object({ server: object({ name: text }) })),
    from("1.28", "1.33", object({ server: object({ name: text, tag: text }) })),
  ];
  expect(schemaMerge(versions)).toEqual({
    type: "object",
    properties: {
      server: object({ name: text, tag: { ...text, "x-openstack": { "min-ver": "1.28" } } }),
    },
    "x-openstack": { "min-ver": "1.13", "max-ver": "1.33" },
  });
});

test("inside of maps", () => {
  const map = (value: Json): Json => ({ type: "object", patternProperties: { "^[a-z]+$": value } });
  const versions = [
    from(undefined, "1.27", map(object({ name: text }))),
    from("1.28", undefined, map(object({ name: text, tag: text }))),
  ];
  const tag = { ...text, "x-openstack": { "min-ver": "1.28" } };
  expect(schemaMerge(versions)).toEqual(map(object({ name: text, tag })));
});

test("what is closed at one and open at another is told twice", () => {
  const closed = { ...object({ a: text }), additionalProperties: false };
  const merged = schemaMerge([from(undefined, "2.1", object({ a: text })), from("2.2", undefined, closed)]);
  expect(Object.keys(merged)).toEqual(["oneOf"]);
});
