import { expect, test } from "vitest";
import { boundariesCheck, plantedViolations } from "./boundaries.ts";

test("every rule bites on a planted violation, and nothing else is reported", async () => {
  const { modules, rules, violations } = await boundariesCheck(plantedViolations);
  expect(modules).toBeGreaterThan(200);
  const found = violations.map(({ rule, from }) => `${rule} ${from.replace("src/", "")}`);
  expect([...new Set(found)].toSorted()).toEqual([
    "agent-without-database-or-http agent/planted.ts",
    "api-on-top compute/app/planted.ts",
    "api-through-app compute/api/planted.ts",
    "base-stands-alone base/planted.ts",
    "domain-is-pure compute/domain/planted.ts",
    "libvirt-stands-alone libvirt/planted.ts",
    "no-cycle http/planted-a.ts",
    "others-by-the-face saga/planted.ts",
    "processes-at-the-top saga/planted-2.ts",
    "resolvable saga/planted-2.ts",
    "service-by-its-face image/app/planted.ts",
    "sim-without-libvirt agent/sim/planted.ts",
    "sql-in-stores http/planted.ts",
    "store-below compute/store/planted.ts",
  ]);
  const biting = new Set(violations.map(({ rule }) => rule));
  expect(rules.filter((rule) => !biting.has(rule))).toEqual([]);
}, 120_000);
