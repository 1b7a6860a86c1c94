import { expect, test } from "vitest";
import { commandError } from "./foreign-errors.ts";

test("what a program or the file system said is in the detail, not in the message", () => {
  const said = new Error("ENOSPC: no space left on /var/lib/secret on host-17");
  const error = commandError("disksCreate", said);
  expect(error.code).toBe("bug");
  expect(error.message).toBe("The host could not carry out disksCreate.");
  expect(error.detail).toContain("/var/lib/secret on host-17");
});
