import { expect, test } from "vitest";
import { tagsFit } from "./project-tags.ts";

test.each([
  [{}, true],
  [{ all: ["a", "b"] }, true],
  [{ all: ["a", "c"] }, false],
  [{ any: ["c", "b"] }, true],
  [{ any: ["c"] }, false],
  [{ notAll: ["a", "b"] }, false],
  [{ notAll: ["a", "c"] }, true],
  [{ notAny: ["c", "b"] }, false],
  [{ notAny: ["c"] }, true],
  [{ all: ["a"], notAny: ["b"] }, false],
])("a project tagged a and b fits %j: %s", (filter, fits) => {
  expect(tagsFit(["a", "b"], filter)).toBe(fits);
});
