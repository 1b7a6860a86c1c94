import * as fc from "fast-check";
import { expect, test } from "vitest";
import { namePattern } from "./name-pattern.ts";

test.each([
  ["web", "my-Web-1", true],
  ["^web", "my-web", false],
  ["^web$", "web", true],
  ["^web$", "web-1", false],
  ["web.*1$", "web-11", true],
  ["w.b", "wab", true],
  ["a.*a", "a", false],
  ["^.*$", "", true],
  ["^", "anything", true],
  ["web (1)", "my web 1", true],
  ["web (1)", "my web (1)", false],
  ["^.*\\-instance\\-[0-9]+$", "tempest-instance-42", true],
  ["^(web|db)-[^a-c]{2,3}$", "DB-xyz", true],
  ["^(web|db)-[^a-c]{2,3}$", "db-xyzx", false],
  ["[[:digit:]]x", "a1x", true],
  ["\\bdb\\b", "my db 1", true],
  ["\\bdb\\b", "my dbs", false],
  ["a{2}", "aa", true],
  ["^a{2}$", "aaa", false],
  ["a{,2}", "a{,2}", true],
  ["[]a]", "]", true],
  ["[a\\-z]", "b", false],
  ["1\\.5", "v1.5", true],
  ["1\\.5", "v1x5", false],
])("%j and %j: %s", (pattern, name, expected) => {
  expect(namePattern(pattern)(name)).toBe(expected);
});

test("agrees with the regular expressions of the same language", () => {
  const part = fc.constantFrom(..."a b . .* a+ b? (a|b) (ab)* [ab] [^a] (a|)b a{1,2} (ba?){2} c*".split(" "));
  const pattern = fc.tuple(
    fc.constantFrom("", "^"),
    fc.array(part, { maxLength: 6 }),
    fc.constantFrom("", "$"),
  );
  const name = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 8 });
  fc.assert(
    fc.property(pattern, name, ([start, parts, end], text) => {
      const source = start + parts.join("") + end || ".";
      expect(namePattern(source)(text), source).toBe(new RegExp(source, "i").test(text));
    }),
    { numRuns: 2_000 },
  );
});

test("no pattern takes long", () => {
  expect(namePattern(`${".*a".repeat(80)}$`)("b".repeat(255))).toBe(false);
  expect(namePattern("^(a+)+$")(`${"a".repeat(255)}b`)).toBe(false);
  expect(namePattern("(a*)*b")("a".repeat(255))).toBe(false);
  for (const tooLarge of ["((a{99}){99}){99}", "((a?){99}){99}", "a{9999}", "(".repeat(10_000)])
    expect(() => namePattern(tooLarge)).toThrow(/is not a .regex./);
});

test.each(["", "[", "(", "a)", "*a", "a{2,1}", "[z-a]", "(?=a)", "(a)\\1", "[[:none:]]", "a\\"])(
  "%j is no regular expression that is served",
  (pattern) => {
    expect(() => namePattern(pattern)).toThrow(/is not a 'regex'/);
  },
);
