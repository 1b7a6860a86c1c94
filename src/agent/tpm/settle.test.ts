import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { newUuid } from "#base/ids.ts";
import { silentLogger } from "#base/logger.ts";
import { createInProcessBus, tpmStateCompare, type Bus, type TpmComparison } from "#bus/index.ts";
import type { AgentContext } from "../agent-context.ts";
import { agentPaths } from "../agent-paths.ts";
import { tpmStateJudge } from "./settle.ts";
import { sha256Of } from "./state-bytes.ts";
import { tpmStateFile } from "./state.ts";

const serverId = newUuid();
const bytes = Buffer.from("a state");
const sha256 = sha256Of(bytes);
const saveSha256 = sha256Of(Buffer.from("an image"));

let folder: string;
let bus: Bus;
let context: AgentContext;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sealstone-settle-"));
  const paths = agentPaths({ statePath: folder, instancesPath: folder });
  const server = (id: string) => ({ ...paths.server(id), tpmState: join(folder, id) });
  const file = tpmStateFile(server(serverId), "2.0");
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, bytes);
  bus = createInProcessBus();
  context = {
    bus,
    hostId: newUuid(),
    log: silentLogger,
    paths: { ...paths, server },
  } as unknown as AgentContext;
});
afterEach(() => rm(folder, { recursive: true }));

const newest = { generation: 3, sha256, at: 1_000 };
const recorded = { sha256: saveSha256, generation: 3 };
const other = { ...recorded, sha256: sha256Of(Buffer.from("another image")) };

test.each<[string, Partial<TpmComparison>, RegExp | undefined]>([
  ["that was recorded", { held: false, save: recorded, knownSave: 3 }, undefined],
  ["that is not the recorded one", { held: false, save: other }, /the suspend recorded SHA-256/],
  ["of which nobody heard, where no server ran", { held: false }, /none was recorded/],
  ["that was made while the agent was away", { held: true }, undefined],
  ["whose start was interrupted", { held: true, knownSave: 3 }, undefined],
  ["that was restored before", { held: true, knownSave: 2 }, /it is an old one, of generation 2 of the TPM/],
])("a memory image %s is judged", async (_name, answer, refused) => {
  bus.serve(tpmStateCompare, {}, (question) => {
    expect(question).toMatchObject({ serverId, sha256, saveSha256 });
    return Promise.resolve({ standing: "newest" as const, held: false, newest, ...answer });
  });
  const judged = tpmStateJudge(context, { serverId, version: "2.0", saveSha256 });
  if (refused === undefined) expect(await judged).toEqual({ kind: "stands", sha256 });
  else
    await expect(judged).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringMatching(refused) as string,
    });
});
