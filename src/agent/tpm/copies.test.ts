import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sleep } from "#base/clock.ts";
import { CloudError } from "#base/errors.ts";
import { newUuid } from "#base/ids.ts";
import { silentLogger } from "#base/logger.ts";
import { createInProcessBus, tpmStatePut, type Bus } from "#bus/index.ts";
import { agentPaths } from "../agent-paths.ts";
import { TpmCopies } from "./copies.ts";

const hostId = newUuid();
const serverId = newUuid();
const until = { timeout: 10_000, interval: 10 };

let folder: string;
let bus: Bus;
let copies: TpmCopies;
/** What the vault was given: text and cause. */
let taken: string[];
/** What it answers instead, in turn. */
let refusals: CloudError[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tpm-copies-"));
  await mkdir(join(folder, "tpm2"));
  const paths = agentPaths({ statePath: folder, instancesPath: folder });
  const here = { ...paths, server: (id: string) => ({ ...paths.server(id), tpmState: folder }) };
  bus = createInProcessBus();
  copies = new TpmCopies({ bus, hostId, paths: here, log: silentLogger });
  taken = [];
  refusals = [];
});
afterEach(async () => {
  copies.stop();
  await rm(folder, { recursive: true });
});

function vaultServe(): void {
  bus.serve(tpmStatePut, {}, async ({ bytes, cause }) => {
    const refusal = refusals.shift();
    if (refusal) throw refusal;
    taken.push(`${Buffer.from(bytes, "base64").subarray(10).toString()} ${cause}`);
    return { standing: "newest" as const, generation: taken.length };
  });
}

/** In swtpm's form: a header that names the length. */
function stateOf(text: string): Buffer {
  const bytes = Buffer.alloc(10 + text.length);
  bytes.writeUInt32BE(bytes.length, 6);
  bytes.write(text, 10);
  return bytes;
}

/** As swtpm does: a new file in the old one's place. */
async function swtpmWrites(bytes: Buffer): Promise<void> {
  await writeFile(join(folder, "TMP2-00.permall"), bytes);
  await rename(join(folder, "TMP2-00.permall"), join(folder, "tpm2", "tpm2-00.permall"));
}

test("each change is copied, a burst in few copies with its last state among them", async () => {
  vaultServe();
  await swtpmWrites(stateOf("first"));
  copies.watch(serverId, "2.0");
  copies.watch(serverId, "2.0");
  await swtpmWrites(stateOf("second"));
  await expect.poll(() => taken, until).toEqual(["second changed"]);
  for (let count = 1; count <= 50; count += 1) await swtpmWrites(stateOf(`burst ${count}`));
  await expect.poll(() => taken.at(-1), until).toBe("burst 50 changed");
  expect(taken.length).toBeLessThan(40);
});

test("while the vault does not answer nothing is lost, and what it has is not sent again", async () => {
  await swtpmWrites(stateOf("first"));
  copies.watch(serverId, "2.0");
  copies.look(serverId, "changed while the agent was away");
  await expect(copies.copy(serverId, "2.0", "changed")).rejects.toMatchObject({ code: "unavailable" });
  await swtpmWrites(stateOf("second"));
  refusals = [new CloudError("timeout", "no answer"), new CloudError("bug", "disk full")];
  vaultServe();
  await expect.poll(() => taken, until).toEqual(["second changed while the agent was away"]);
  const sha256 = createHash("sha256").update(stateOf("second")).digest("hex");
  expect(await copies.copy(serverId, "2.0", "changed")).toBe(sha256);
  expect(taken).toHaveLength(1);
});

test("a refused state is not sent until there is another; a forgotten server's is not sent at all", async () => {
  vaultServe();
  refusals = [new CloudError("conflict", "no interval")];
  await swtpmWrites(stateOf("first"));
  copies.watch(serverId, "2.0");
  copies.look(serverId);
  await expect.poll(() => refusals, until).toEqual([]);
  await swtpmWrites(stateOf("second"));
  await expect.poll(() => taken, until).toEqual(["second changed"]);
  copies.forget(serverId);
  await swtpmWrites(stateOf("third"));
  copies.look(serverId);
  expect(copies.isWatched(serverId)).toBe(false);
  // A copy that was asked for comes after whatever the watch would have sent.
  await copies.copy(serverId, "2.0", "made");
  expect(taken).toEqual(["second changed", "third made"]);
});

test("what is no whole state is not copied: the vault keeps what it has", async () => {
  vaultServe();
  expect(await copies.copy(serverId, "2.0", "changed")).toBeUndefined();
  await swtpmWrites(stateOf("a whole state").subarray(0, 15));
  expect(await copies.copy(serverId, "2.0", "changed")).toBeUndefined();
  await swtpmWrites(Buffer.alloc(0));
  expect(await copies.copy(serverId, "2.0", "changed")).toBeUndefined();
  expect(taken).toEqual([]);
});

test("what inotify does not tell is found by a sweep: its folder was exchanged, or was not there to be watched", async () => {
  vaultServe();
  const state = join(folder, "tpm2");
  await rm(state, { recursive: true });
  copies.watch(serverId, "2.0");
  expect(copies.watched()).toEqual([serverId]);
  await mkdir(state);
  await swtpmWrites(stateOf("first"));
  await copies.sweep();
  await expect.poll(() => taken, until).toEqual(["first changed"]);

  copies.watch(serverId, "2.0");
  await rm(state, { recursive: true });
  await mkdir(state);
  // What inotify says of the old folder's end is past.
  await sleep(600);
  await swtpmWrites(stateOf("second"));
  await copies.sweep();
  await copies.sweep();
  await expect.poll(() => taken, until).toEqual(["first changed", "second changed"]);
});
