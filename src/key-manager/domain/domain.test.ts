import { expect, test } from "vitest";
import { acceptsJson, contentTypeFind, contentTypeNegotiate } from "./content-type.ts";
import { isoTimeParse } from "./iso-time.ts";
import { payloadOfJson } from "./payload.ts";
import { aclReplace, aclUpdate } from "./secret-acl.ts";
import { secretQueryParse } from "./secret-query.ts";

test.each([
  ["text/plain", "text/plain"],
  ["Text/Plain; charset=UTF-8", "text/plain"],
  ["text/plain;charset=latin1", undefined],
  ["application/pkcs8", "application/pkcs8"],
  ["application/json", undefined],
])("content type %j is %j", (text, expected) => {
  expect(contentTypeFind(text)).toBe(expected);
});

test.each([
  [undefined, "application/octet-stream"],
  ["*/*", "text/plain"],
  ["text/*", "text/plain"],
  ["application/octet-stream", "application/octet-stream"],
  ["application/json;q=0.9, text/plain;q=0.5", "text/plain"],
  ["text/plain;q=0.1, application/octet-stream", "application/octet-stream"],
])("Accept %j for stored text gives %j", (accept, expected) => {
  expect(contentTypeNegotiate(accept, "text/plain")).toBe(expected);
});

test.each(["application/json", "image/png", "text/plain;charset=latin1", "text/plain;q=0"])(
  "Accept %j is 406",
  (accept) => {
    expect(() => contentTypeNegotiate(accept, "text/plain")).toThrow(/Wrong payload content-type/);
  },
);

test.each([
  [undefined, true],
  ["application/json", true],
  ["*/*", true],
  ["text/html, application/json;q=0.5", true],
  ["text/plain", false],
])("Accept %j takes JSON: %j", (accept, expected) => {
  expect(acceptsJson(accept)).toBe(expected);
});

test.each([
  ["2026-11-22T10:00:00", "2026-11-22T10:00:00.000Z"],
  ["2026-11-22T10:00:00.123456", "2026-11-22T10:00:00.123Z"],
  ["2026-11-22T10:00:00+02:00", "2026-11-22T08:00:00.000Z"],
  ["2026-11-22T10:00-0530", "2026-11-22T15:30:00.000Z"],
  ["2026-11-22T10:00:00-01", "2026-11-22T11:00:00.000Z"],
  ["2026-11-22T10:00:00+01", "2026-11-22T09:00:00.000Z"],
  ["2026-11-22", "2026-11-22T00:00:00.000Z"],
])("%s is %s", (text, expected) => {
  expect(new Date(isoTimeParse(text) ?? 0).toISOString()).toBe(expected);
});

test.each(["", "tomorrow", "2026-13-01", "2026-11-22T25:00:00", "22.11.2026"])("%j is no time", (text) => {
  expect(isoTimeParse(text)).toBeUndefined();
});

test.each([
  [{ payload: " text ", contentType: "text/plain", encoding: undefined }, "text"],
  [{ payload: "AAEC\n", contentType: "application/octet-stream", encoding: "base64" }, "\u0000\u0001\u0002"],
  [{ payload: undefined, contentType: undefined, encoding: undefined }, undefined],
])("payload %j", (fields, expected) => {
  expect(payloadOfJson(fields)?.bytes.toString("latin1")).toBe(expected);
});

test.each([
  [{ payload: "a", contentType: undefined, encoding: undefined }, "'payload_content_type'"],
  [{ payload: "a", contentType: null, encoding: undefined }, "'payload_content_type'"],
  [{ payload: "a", contentType: "text/html", encoding: undefined }, "'payload_content_type'"],
  [{ payload: "a", contentType: "text/plain", encoding: "base64" }, "'payload_content_encoding'"],
  [
    { payload: "AAEC", contentType: "application/octet-stream", encoding: undefined },
    "'payload_content_encoding'",
  ],
  [{ payload: "A*EC", contentType: "application/octet-stream", encoding: "base64" }, "'payload'"],
  [{ payload: "AAE", contentType: "application/octet-stream", encoding: "base64" }, "'payload'"],
  [{ payload: " ", contentType: "text/plain", encoding: undefined }, "'payload'"],
  [{ payload: 7, contentType: "text/plain", encoding: undefined }, "'payload'"],
  [{ payload: undefined, contentType: "text/plain", encoding: undefined }, "'payload'"],
  [{ payload: "a".repeat(20_001), contentType: "text/plain", encoding: undefined }, "too large"],
])("payload is refused: case %#", (fields, expected) => {
  expect(() => payloadOfJson(fields)).toThrow(expected);
});

test("nonsense in paging is the default, limits are kept", () => {
  expect(secretQueryParse({})).toMatchObject({
    limit: 10,
    offset: 0,
    bitLength: undefined,
    times: [],
    sort: [],
  });
  expect(secretQueryParse({ limit: "x", offset: "-3", bits: "y" })).toMatchObject({
    limit: 10,
    offset: 0,
    bitLength: undefined,
  });
  expect(secretQueryParse({ limit: "0" }).limit).toBe(1);
  expect(secretQueryParse({ limit: "1000" }).limit).toBe(100);
});

test("sorting and times", () => {
  expect(secretQueryParse({ sort: "name,created:desc" }).sort).toEqual([
    { key: "name", direction: "asc" },
    { key: "created", direction: "desc" },
  ]);
  expect(
    secretQueryParse({ created: "gte:2026-01-01,lt:2026-02-01" }).times.map((time) => time.operator),
  ).toEqual([">=", "<"]);
  for (const sort of ["nonsense", "name:up", "name,name:desc", "name:asc:x"]) {
    expect(() => secretQueryParse({ sort }), sort).toThrow(/invalid query string/);
  }
  for (const created of ["x", "gt:", "gt:2026-01-01,gte:2026-01-02", "2026-01-01,lt:2026-02-01"]) {
    expect(() => secretQueryParse({ created }), created).toThrow(/invalid query string/);
  }
});

test("an ACL is replaced with defaults, updated without", () => {
  const first = aclReplace(undefined, { projectAccess: false, users: ["a", "a"] }, 1);
  expect(first).toEqual({ projectAccess: false, users: ["a"], createdAt: 1, updatedAt: 1 });
  expect(aclUpdate(first, { projectAccess: undefined, users: ["b"] }, 2)).toEqual({
    ...first,
    users: ["b"],
    updatedAt: 2,
  });
  expect(aclUpdate(first, { projectAccess: true, users: undefined }, 2)).toMatchObject({
    projectAccess: true,
    users: ["a"],
  });
  expect(aclReplace(first, { projectAccess: undefined, users: undefined }, 3)).toEqual({
    projectAccess: true,
    users: [],
    createdAt: 1,
    updatedAt: 3,
  });
});
