import { expect, test } from "vitest";
import { pythonList, traitsOfModule } from "./generate-standard-names.ts";

test("names come from the module's path and its list, comments aside", () => {
  const source =
    "# TRAITS = ['NO']\nTRAITS = [\n    # 'NOT_THIS'\n    'AVX',  # since ever\n    \"sse\"\n]\nOTHER = ['X']\n";
  expect(traitsOfModule("hw/cpu/x86/__init__.py", source)).toEqual(["HW_CPU_X86_AVX", "HW_CPU_X86_SSE"]);
  expect(traitsOfModule("compute/__init__.py", source)[0]).toBe("COMPUTE_AVX");
  expect(pythonList(source, "ABSENT")).toEqual([]);
});
