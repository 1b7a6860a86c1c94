import { expect, test } from "vitest";
import { sealedBoxAt, sealedBoxesJoin } from "./sealed-boxes.ts";

test("boxes that were joined are found again, an absent one is absent", () => {
  const joined = sealedBoxesJoin([Buffer.from("one"), undefined, Buffer.from("three")]);
  const found = [0, 1, 2].map((place) => sealedBoxAt(joined, place));
  expect(found).toEqual([Buffer.from("one"), undefined, Buffer.from("three")]);
});

test("no box at all is no bytes at all", () => {
  expect(sealedBoxesJoin([undefined, undefined])).toBeUndefined();
  expect(sealedBoxAt(undefined, 1)).toBeUndefined();
});
