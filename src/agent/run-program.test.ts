import { expect, test } from "vitest";
import { programRun } from "./run-program.ts";

test("a secret goes by descriptor 3, and our environment stays here", async () => {
  process.env["RUN_PROGRAM_TEST"] = "here";
  const secret = Buffer.from("hunter2");
  const said = await programRun("sh", ["-c", "cat <&3; env; tr '\\0' ' ' </proc/$$/cmdline"], {
    descriptor3: secret,
  });
  expect(said).toMatch(/^hunter2/);
  expect(said.slice("hunter2".length)).not.toMatch(/hunter2|RUN_PROGRAM_TEST/);
});

test("a failure says what the program said last", async () => {
  await expect(programRun("sh", ["-c", "echo first >&2; echo last >&2; exit 3"])).rejects.toThrow(
    "sh ended with 3: last",
  );
  await expect(programRun("no-such-program", [])).rejects.toMatchObject({ missing: true });
  await expect(programRun("sleep", ["10"], { timeoutMs: 20 })).rejects.toThrow(/SIGKILL/);
});
