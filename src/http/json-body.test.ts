import type { FastifyRequest } from "fastify";
import { expect, test } from "vitest";
import { jsonBody } from "./json-body.ts";

function parsed(text: string): unknown {
  return jsonBody({ body: Buffer.from(text), headers: {} } as FastifyRequest);
}

const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);

test("as deep as a body may be, and one level more", () => {
  expect(JSON.stringify(parsed(nested(100)))).toBe(nested(100));
  expect(() => parsed(nested(101))).toThrow("deeper than 100 levels");
  expect(() => parsed(`${'{"a":'.repeat(101)}1${"}".repeat(101)}`)).toThrow("deeper than 100 levels");
});

test("brackets in texts, and many beside each other, are no depth", () => {
  for (const value of ["[".repeat(1_000), '\\"[{'.repeat(1_000), Array.from({ length: 1_000 }, () => [{}])])
    expect(parsed(JSON.stringify({ value }))).toEqual({ value });
});
