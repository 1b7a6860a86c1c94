import { randomBytes } from "node:crypto";
import { copyFile, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { boxSeal, sealKeyPairLoad, type SealKeyPair } from "#seal/index.ts";
import { vtpmAssociatedData } from "#vtpm/index.ts";
import { agentPaths, type AgentPaths } from "../agent-paths.ts";
import {
  keptPassphraseDelete,
  keptPassphraseExists,
  keptPassphraseOpen,
  keptPassphraseWrite,
} from "./kept-passphrase.ts";

const server = {
  serverId: "6f70656e-7374-4163-8b21-000000000001",
  secretId: "6f70656e-7374-4163-8b21-000000000002",
};
const another = { ...server, serverId: "6f70656e-7374-4163-8b21-000000000003" };
const passphrase = Buffer.from(randomBytes(384).toString("base64"), "latin1");

let folder: string;
let paths: AgentPaths;
let key: SealKeyPair;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sealstone-kept-"));
  paths = agentPaths({ statePath: folder, instancesPath: folder });
  key = await sealKeyPairLoad(join(folder, "host.key"));
});
afterEach(() => rm(folder, { recursive: true }));

const fileOf = (serverId: string): string => paths.server(serverId).keptPassphrase;

test("what is kept opens for its server and secret, is root's alone, and is gone when it is deleted", async () => {
  expect(await keptPassphraseExists({ paths, key }, server)).toBe(false);
  await keptPassphraseWrite({ paths, key }, server, passphrase);
  expect(await keptPassphraseExists({ paths, key }, server)).toBe(true);
  expect(await keptPassphraseOpen({ paths, key }, server)).toEqual(passphrase);
  const path = fileOf(server.serverId);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await stat(dirname(path))).mode & 0o777).toBe(0o700);
  const text = await readFile(path, "utf8");
  for (const clear of [passphrase.toString("latin1"), passphrase.toString("base64").slice(0, 30)])
    expect(text).not.toContain(clear);
  expect(await readdir(dirname(path))).toEqual([`${server.serverId}.json`]);
  await keptPassphraseDelete({ paths }, server.serverId);
  await keptPassphraseDelete({ paths }, server.serverId);
  expect(await keptPassphraseExists({ paths, key }, server)).toBe(false);
});

test("the same one is not written again; another secret's takes its place", async () => {
  await keptPassphraseWrite({ paths, key }, server, passphrase);
  const text = await readFile(fileOf(server.serverId), "utf8");
  await keptPassphraseWrite({ paths, key }, server, passphrase);
  expect(await readFile(fileOf(server.serverId), "utf8")).toBe(text);
  const renewed = { ...server, secretId: "6f70656e-7374-4163-8b21-000000000004" };
  expect(await keptPassphraseExists({ paths, key }, renewed)).toBe(false);
  await keptPassphraseWrite({ paths, key }, renewed, Buffer.from("another"));
  expect((await keptPassphraseOpen({ paths, key }, renewed)).toString()).toBe("another");
  await expect(keptPassphraseOpen({ paths, key }, server)).rejects.toThrow(/its host does not keep it\./);
});

test("a file opens for no other server, with no other host's key, and no box of the bus passes for one", async () => {
  await keptPassphraseWrite({ paths, key }, server, passphrase);
  await copyFile(fileOf(server.serverId), fileOf(another.serverId));
  const refused = /is not started: it needs its TPM passphrase .* cannot open what it keeps/;
  await expect(keptPassphraseOpen({ paths, key }, another)).rejects.toThrow(refused);
  const other = await sealKeyPairLoad(join(folder, "other.key"));
  await expect(keptPassphraseOpen({ paths, key: other }, server)).rejects.toThrow(refused);
  const box = await boxSeal(key.publicKey, passphrase, vtpmAssociatedData(server.serverId));
  await writeFile(fileOf(server.serverId), JSON.stringify({ secretId: server.secretId, box }));
  await expect(keptPassphraseOpen({ paths, key }, server)).rejects.toThrow(refused);
});

test("what no longer opens is not kept, and the next start that brings the passphrase keeps it anew", async () => {
  await keptPassphraseWrite({ paths, key }, server, passphrase);
  const fresh = await sealKeyPairLoad(join(folder, "fresh.key"));
  const damage: readonly (() => Promise<void>)[] = [
    () => Promise.resolve(),
    () => writeFile(fileOf(server.serverId), '{"secretId"'),
    () => writeFile(fileOf(server.serverId), ""),
  ];
  for (const damaged of damage) {
    await damaged();
    expect(await keptPassphraseExists({ paths, key: fresh }, server)).toBe(false);
    await expect(keptPassphraseOpen({ paths, key: fresh }, server)).rejects.toMatchObject({
      code: "conflict",
    });
    await keptPassphraseWrite({ paths, key: fresh }, server, passphrase);
    expect(await keptPassphraseOpen({ paths, key: fresh }, server)).toEqual(passphrase);
  }
});
