import { join } from "node:path";
import { expect, test } from "vitest";
import { boundariesCheck } from "./boundaries.ts";

const planted = join(import.meta.dirname, "..", "test", "fixtures", "boundary-violation");

test("every rule bites on a planted violation, and nothing else is reported", async () => {
  const { modules, violations } = await boundariesCheck(planted);
  expect(modules).toBeGreaterThan(200);
  const found = violations.map(({ rule, from }) => `${rule} ${from.replace("src/", "")}`);
  expect([...new Set(found)].toSorted()).toEqual([
    "agent-without-database-or-http agent/planted.ts",
    "api-through-app compute/api/planted.ts",
    "base-stands-alone base/planted.ts",
    "domain-is-pure compute/domain/planted.ts",
    "libvirt-stands-alone libvirt/planted.ts",
    "no-cycle http/planted-a.ts",
    "others-by-the-face saga/planted.ts",
    "processes-at-the-top saga/planted-2.ts",
    "resolvable saga/planted-2.ts",
    "service-by-its-face image/app/planted.ts",
    "sql-in-stores http/planted.ts",
    "store-below compute/store/planted.ts",
  ]);
}, 120_000);
