import { expect, test } from "vitest";
import { parseByteRange } from "./byte-range.ts";

test.each([
  [{}, undefined],
  [{ range: "bytes=0-4" }, [0, 4]],
  [{ range: "bytes=3-" }, [3, 9]],
  [{ range: "bytes=3-3" }, [3, 3]],
  [{ range: "bytes=3-99" }, [3, 9]],
  [{ range: "bytes=-2" }, [8, 9]],
  [{ range: "bytes=-99" }, [0, 9]],
  [{ range: "bytes=0-4", "content-range": "bytes 1-2/*" }, [0, 4]],
  [{ "content-range": "bytes 1-4/*" }, [1, 4]],
  [{ "content-range": "bytes 1-9/10" }, [1, 9]],
])("%j of ten bytes", (headers, range) => {
  expect(parseByteRange(headers, 10)).toEqual(range && { first: range[0], last: range[1] });
});

test.each([
  [{ range: "bytes=0-1,3-4" }, "invalid", "multiple ranges are not supported"],
  [{ range: "bytes=10-" }, "range-not-satisfiable", "in the inclusive range [0, 9]"],
  [{ range: "bytes=4-3" }, "range-not-satisfiable", "Invalid Range header."],
  [{ range: "bytes=-" }, "range-not-satisfiable", "Invalid Range header."],
  [{ range: "bytes=-0" }, "range-not-satisfiable", "Invalid Range header."],
  [{ range: "lines=1-2" }, "range-not-satisfiable", "Invalid Range header."],
  [{ "content-range": "bytes */10" }, "range-not-satisfiable", "Invalid Content-Range header."],
  [{ "content-range": "bytes 4-3/10" }, "range-not-satisfiable", "Invalid Content-Range header."],
  [{ "content-range": "bytes 1-10/*" }, "range-not-satisfiable", "Invalid stop position"],
  [{ "content-range": "bytes 11-12/20" }, "range-not-satisfiable", "Invalid stop position"],
])("%j of ten bytes is refused", (headers, code, message) => {
  expect(() => parseByteRange(headers, 10)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message) }),
  );
});

test("nothing can be taken from an empty image", () => {
  for (const range of ["bytes=0-", "bytes=-1"]) expect(() => parseByteRange({ range }, 0)).toThrow("[0, -1]");
});
