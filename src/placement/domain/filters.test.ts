import { expect, test } from "vitest";
import { aggregatesParse, resourcesParse, traitConflicts, traitsParse } from "./filters.ts";

const newestSyntax = { forbidden: true, anyOf: true };

test("resources", () => {
  expect(resourcesParse("VCPU:2,MEMORY_MB:1024")).toEqual({ VCPU: 2, MEMORY_MB: 1024 });
});

test.each([
  ["", "empty string"],
  ["VCPU", "Badly formed"],
  ["VCPU:1:2", "Badly formed"],
  ["VCPU:x", "expected positive integer"],
  ["VCPU:1.5", "expected positive integer"],
  ["VCPU:0", "requires amount >= 1"],
  ["VCPU:-1", "requires amount >= 1"],
])("resources %j are refused", (text, words) => {
  expect(() => resourcesParse(text)).toThrow(words);
});

test("traits: all of, any of, forbidden", () => {
  expect(traitsParse(["HW_A, !HW_B,!!HW_C", "in:HW_D,HW_E"], newestSyntax)).toEqual({
    required: [["HW_A"], ["HW_D", "HW_E"]],
    forbidden: ["HW_B", "HW_C"],
  });
  expect(traitsParse(["HW_A", "HW_B"], { forbidden: true, anyOf: false }).required).toEqual([["HW_B"]]);
  expect(traitConflicts({ required: [["A", "B"], ["C"]], forbidden: ["A", "B", "D"] })).toEqual(["A, B"]);
});

test.each([
  ["HW_A,,HW_B", newestSyntax, "empty trait"],
  ["!", newestSyntax, "empty trait"],
  ["in:HW_A,!HW_B", newestSyntax, "does not support forbidden"],
  ["in:HW_A", { forbidden: true, anyOf: false }, "since microversion 1.39"],
  ["!HW_A", { forbidden: false, anyOf: false }, "Expected 'required' parameter"],
])("traits %j are refused", (text, syntax, words) => {
  expect(() => traitsParse([text], syntax)).toThrow(words);
});

test("aggregates, as they are written", () => {
  const [a, b] = ["a".repeat(32), "b".repeat(32)];
  const all = { repeated: true, forbidden: true };
  expect(aggregatesParse([`in:${a},${b}`, b, `!${a}`], all)).toEqual({
    required: [[a, b], [b]],
    forbidden: [a],
  });
  expect(() => aggregatesParse([a, b], { repeated: false, forbidden: true })).toThrow("Multiple member_of");
  expect(() => aggregatesParse([`!${a}`], { repeated: true, forbidden: false })).toThrow(
    "Forbidden member_of",
  );
  expect(() => aggregatesParse([`${a},${b}`], all)).toThrow("'in:'");
  expect(() => aggregatesParse(["nonsense"], all)).toThrow("valid UUID");
});
