import { expect, test } from "vitest";
import { parseImageListQuery } from "./image-list-query.ts";

test("nothing asked: newest first, 25 of them, none hidden", () => {
  const query = parseImageListQuery({});
  expect(query).toMatchObject({
    limit: 25,
    isHidden: false,
    visibility: undefined,
    texts: [],
    properties: [],
  });
  expect(query.sort).toEqual([
    { key: "created_at", direction: "desc" },
    { key: "id", direction: "desc" },
  ]);
});

test("filters of every kind", () => {
  const query = parseImageListQuery({
    name: 'in:a,"b,c"',
    size_min: "5",
    created_at: "gte:2026-11-22T10:00:00Z",
    os_hidden: "True",
    tag: ["x", "y"],
    hw_tpm_version: "2.0",
    limit: "5000",
  });
  expect(query).toMatchObject({
    limit: 1000,
    isHidden: true,
    texts: [{ attribute: "name", anyOf: ["a", "b,c"] }],
    numbers: [{ attribute: "size_min", value: 5 }],
    times: [{ attribute: "created_at", operator: "gte", timeMs: Date.UTC(2026, 10, 22, 10) }],
    tags: ["x", "y"],
    properties: [{ name: "hw_tpm_version", value: "2.0" }],
  });
});

test.each([
  [{ name: "eq:a:b" }, ["a:b"]],
  [{ name: 'in:a,"b,c",d:e' }, ["a", "b,c", "d:e"]],
  [{ name: "plain" }, ["plain"]],
  [{ owner: "a:b" }, ["a:b"]],
])("%j asks for any of %j", (query, anyOf) => {
  expect(parseImageListQuery(query).texts.map((text) => text.anyOf)).toEqual([anyOf]);
});

test.each([
  [{ sort: "name:asc,size" }, "name asc, size desc, created_at desc, id desc"],
  [{ sort_key: ["name", "size"], sort_dir: "asc" }, "name asc, size asc, created_at asc, id asc"],
  [{ sort_key: ["name", "id"], sort_dir: ["asc", "desc"] }, "name asc, id desc, created_at desc"],
  [{ sort_dir: "asc" }, "created_at asc, id asc"],
])("order of %j", (query, order) => {
  const { sort } = parseImageListQuery(query);
  expect(sort.map(({ key, direction }) => `${key} ${direction}`).join(", ")).toBe(order);
});

test.each([
  [{ limit: "x" }, "limit param must be an integer"],
  [{ limit: "-1" }, "limit param must be positive"],
  [{ sort: "color" }, "Invalid sort key: color"],
  [{ sort: "name:up" }, "Invalid sort direction: up"],
  [{ sort: "name", sort_key: "id" }, "cannot be combined"],
  [{ sort_key: "name", sort_dir: ["asc", "desc"] }, "does not match"],
  [{ visibility: "secret" }, "Invalid visibility value: secret"],
  [{ os_hidden: "perhaps" }, "Invalid value 'perhaps' for os_hidden"],
  [{ created_at: "gt:yesterday" }, 'Bad "created_at" query filter format'],
  [{ created_at: "after:2026-11-22T10:00:00Z" }, "unknown operator 'after'"],
  [{ name: "like:a" }, "unknown operator 'like'"],
  [{ name: 'in:a"b"' }, 'Invalid filter value a"b"'],
  [{ name: 'in:"a' }, 'Invalid filter value "a'],
  [{ size: "big" }, "Invalid value 'big' for size"],
  [{ member_status: "maybe" }, "Invalid status: maybe"],
  [{ "changes-since": "2026-11-22T10:00:00Z" }, "no longer available"],
])("%j is refused", (query, message) => {
  expect(() => parseImageListQuery(query)).toThrow(message);
});
