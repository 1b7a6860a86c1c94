import { expect, test } from "vitest";
import { parsePatch } from "./patch.ts";

test("both drafts say the same", () => {
  expect(
    parsePatch(
      [
        { op: "add", path: "/a~1b", value: "x" },
        { op: "remove", path: "/c" },
      ],
      10,
    ),
  ).toEqual([
    { op: "add", name: "a/b", value: "x", draft: 10 },
    { op: "remove", name: "c" },
  ]);
  expect(parsePatch([{ replace: "/name", value: null }], 4)).toEqual([
    { op: "replace", name: "name", value: null, draft: 4 },
  ]);
});

test.each([
  [{}, "invalid", "must be a JSON array"],
  [["x"], "invalid", "Operations must be JSON objects"],
  [[{ path: "/a" }], "invalid", "Unable to find `op`"],
  [[{ op: "move", path: "/a", from: "/b" }], "invalid", "Invalid operation: `move`"],
  [[{ op: "add", value: "x" }], "invalid", "Unable to find 'path'"],
  [[{ op: "add", path: "/a" }], "invalid", 'requires a member named "value"'],
  [[{ op: "add", path: "a", value: "x" }], "invalid", 'does not start with "/"'],
  [[{ op: "add", path: "/a~2", value: "x" }], "invalid", "escape sequence"],
  [[{ op: "add", path: "/tags/-", value: "x" }], "invalid", "Invalid JSON pointer"],
  [[{ op: "add", path: "/a", value: 1 }], "invalid", "does not fit attribute 'a'"],
  [[{ op: "add", path: "/min_ram", value: -1 }], "invalid", "does not fit attribute 'min_ram'"],
  [[{ op: "replace", path: "/kernel_id", value: "no" }], "invalid", "does not fit attribute 'kernel_id'"],
  [[{ op: "replace", path: "/visibility", value: "secret" }], "invalid", "does not fit"],
  [[{ op: "replace", path: "/status", value: "active" }], "forbidden", "Attribute 'status' is read-only."],
  [[{ op: "remove", path: "/id" }], "forbidden", "Attribute 'id' is read-only."],
  [[{ op: "add", path: "/deleted", value: "x" }], "forbidden", "Attribute 'deleted' is reserved."],
  [[{ op: "add", path: "/os_glance_x", value: "x" }], "forbidden", "is reserved"],
])("%j is %s", (body, code, message) => {
  expect(() => parsePatch(body, 10)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message) }),
  );
});
