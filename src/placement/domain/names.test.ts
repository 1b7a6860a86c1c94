import { expect, test } from "vitest";
import { resourceClassOrder } from "./names.ts";

test("resource classes stand in the order of the real service's ids, custom ones last and by name", () => {
  expect(["CUSTOM_B", "DISK_GB", "CUSTOM_A", "VCPU", "MEMORY_MB"].sort(resourceClassOrder)).toEqual([
    "VCPU",
    "MEMORY_MB",
    "DISK_GB",
    "CUSTOM_A",
    "CUSTOM_B",
  ]);
});
