import { expect, test } from "vitest";
import { standardResourceClasses } from "../src/placement/domain/standard-resource-classes.ts";
import { standardTraits } from "../src/placement/domain/standard-traits.ts";
import { pythonList, traitsOfModule } from "./generate-standard-names.ts";
import { newerTraits } from "./newer-traits.ts";

test("names come from the module's path and its list, comments aside", () => {
  const source =
    "# TRAITS = ['NO']\nTRAITS = [\n    # 'NOT_THIS'\n    'AVX',  # since ever\n    \"sse\"\n]\nOTHER = ['X']\n";
  expect(traitsOfModule("hw/cpu/x86/__init__.py", source)).toEqual(["HW_CPU_X86_AVX", "HW_CPU_X86_SSE"]);
  expect(traitsOfModule("compute/__init__.py", source)[0]).toBe("COMPUTE_AVX");
  expect(pythonList(source, "ABSENT")).toEqual([]);
});

test("what is committed has the supplement in it, sorted, and no name twice", () => {
  expect(standardTraits.toSorted()).toEqual(standardTraits);
  for (const names of [standardTraits, standardResourceClasses]) {
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[A-Z][A-Z0-9_]*$/);
  }
  expect(newerTraits.map(({ name }) => name).filter((name) => !standardTraits.includes(name))).toEqual([]);
});

test("each newer trait has the release that added it, later than Debian's 2.9.0", () => {
  for (const { since } of newerTraits) {
    expect(since).toMatch(/^\d+\.\d+\.\d+$/);
    const [major = 0, minor = 0] = since.split(".").map(Number);
    expect(major * 1_000 + minor).toBeGreaterThan(2_009);
  }
});
