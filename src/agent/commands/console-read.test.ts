import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { AgentContext } from "../agent-context.ts";
import { agentPaths } from "../agent-paths.ts";
import { consoleRead } from "./console-read.ts";

const serverId = "5b3c7a0e-95a5-4f0a-9d5e-0d3f1e0a7c11";
let folder: string;
let log: string;
let context: AgentContext;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "console-read-"));
  const paths = agentPaths({ statePath: folder, instancesPath: folder });
  context = { paths } as AgentContext;
  log = paths.server(serverId).consoleLog;
  await mkdir(paths.server(serverId).folder, { recursive: true });
});

afterEach(() => rm(folder, { recursive: true }));

test("no log yet is an empty one", async () => {
  expect(await consoleRead(context, { serverId })).toEqual({ output: "" });
});

test("the last lines, also when virtlogd began a new file in between", async () => {
  await writeFile(`${log}.0`, "one\ntwo\nthr");
  await writeFile(log, "ee\nfour\n");
  expect(await consoleRead(context, { serverId })).toEqual({ output: "one\ntwo\nthree\nfour\n" });
  expect(await consoleRead(context, { serverId, lines: 3 })).toEqual({ output: "three\nfour\n" });
  expect(await consoleRead(context, { serverId, lines: 0 })).toEqual({ output: "" });
  expect(await consoleRead(context, { serverId, lines: 99 })).toEqual({ output: "one\ntwo\nthree\nfour\n" });
});

test("no more than Nova shows", async () => {
  await writeFile(`${log}.0`, "old");
  await writeFile(log, "x".repeat(200_000) + "end");
  const { output } = await consoleRead(context, { serverId });
  expect(output).toHaveLength(102_400);
  expect(output).toMatch(/^x.*end$/);
});
