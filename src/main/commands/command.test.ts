import { expect, test } from "vitest";
import { lineParse, ownOptionsHelp, type Command } from "./command.ts";

const plain: Command = { summary: "", description: "", run: async () => 0 };
const own: Command = {
  ...plain,
  ownOptions: { role: { value: "ROLE", summary: "a role" }, system: { summary: "for the system" } },
};
const commands = { plain, own };

test("a command's own options stand behind its name, among the common ones", () => {
  const line = lineParse(["--port", "1", "own", "a", "--role", "x", "--system", "b", "--role=y"], commands);
  expect(line.positionals).toEqual(["own", "a", "b"]);
  expect(line.values.port).toBe("1");
  expect(line.own.texts("role")).toEqual(["x", "y"]);
  expect(line.own.flag("system")).toBe(true);
});

test("what was not given is empty", () => {
  const line = lineParse(["own"], commands);
  expect(line.own.texts("role")).toEqual([]);
  expect(line.own.flag("system")).toBe(false);
  expect(line.values.port).toBeUndefined();
});

test.each([
  [["plain", "--role", "x"], /--role/],
  [["fly", "--role", "x"], /--role/],
  [["own", "--fly"], /--fly/],
  [["own", "--role"], /--role/],
  [["own", "--system=yes"], /--system/],
  [["constructor", "--role", "x"], /--role/],
])("%j is refused", (args, message) => {
  expect(() => lineParse(args, commands)).toThrow(message);
});

test("help", () => {
  expect(ownOptionsHelp(plain)).toBe("");
  expect(ownOptionsHelp(own)).toBe("\n  --role ROLE         a role\n  --system            for the system");
});
