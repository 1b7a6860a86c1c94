import { expect, test } from "vitest";
import { listJson, pairJson, rowJson, type ReadyJson } from "./ready-json.ts";

const told = ({ body }: ReadyJson): unknown => JSON.parse(body.toString());
const rowOf = (row: { id: string }): Buffer => rowJson(row, "", () => row);

test("a list has its rows, in their order, and what else belongs to it", () => {
  expect(told(listJson("things", []))).toEqual({ things: [] });
  const [a, b] = [{ id: "a" }, { id: "b" }];
  expect(told(listJson("things", [a, b].map(rowOf), { next: "b" }))).toEqual({ things: [a, b], next: "b" });
});

test("the same rows are joined once; another row, order, name or rest is another list", () => {
  const rows = [{ id: "a" }, { id: "b" }, { id: "c" }].map(rowOf);
  const [a, b, c] = rows as [Buffer, Buffer, Buffer];
  const once = listJson("things", rows, { next: "c" });
  expect(listJson("things", [...rows], { next: "c" })).toBe(once);
  const changed = rowOf({ id: "b" });
  expect(told(listJson("things", [a, changed, c]))).toEqual({
    things: [{ id: "a" }, { id: "b" }, { id: "c" }],
  });
  expect(told(listJson("things", [a, c, b]))).toEqual({ things: [{ id: "a" }, { id: "c" }, { id: "b" }] });
  expect(told(listJson("things", [a]))).toEqual({ things: [{ id: "a" }] });
  expect(told(listJson("others", [a]))).toEqual({ others: [{ id: "a" }] });
  expect(told(listJson("others", [a], { next: "a" }))).toEqual({ others: [{ id: "a" }], next: "a" });
});

test("two objects have one JSON while both are the same", () => {
  const [row, other] = [{ id: "a" }, { id: "x" }];
  let made = 0;
  const view = (second: object | undefined): ReadyJson =>
    pairJson(row, second, () => JSON.stringify({ row, second, made: (made += 1) }));
  expect(view(other)).toBe(view(other));
  expect(told(view({ id: "y" }))).toEqual({ row, second: { id: "y" }, made: 2 });
  expect(told(view(undefined))).toEqual({ row, made: 3 });
});
