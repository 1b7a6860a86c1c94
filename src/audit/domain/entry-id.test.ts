import { expect, test } from "vitest";
import { isUuid } from "#base/ids.ts";
import { createEntryIds } from "./entry-id.ts";

test("ids sort as they were made: within a millisecond, beyond its numbers, and when the clock goes back", () => {
  const next = createEntryIds();
  const now = Date.parse("2026-11-24T10:00:00Z");
  const ids = [
    ...Array.from({ length: 10_000 }, () => next(now)),
    next(now + 100),
    next(now - 5_000),
    next(now + 101),
  ];
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});

test("they are UUIDs of version 7 with their time in front", () => {
  const id = createEntryIds()(Date.parse("2026-11-24T10:00:00Z"));
  expect(isUuid(id)).toBe(true);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7000-[89ab][0-9a-f]{3}-/);
  expect(Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16)).toBe(Date.parse("2026-11-24T10:00:00Z"));
});
