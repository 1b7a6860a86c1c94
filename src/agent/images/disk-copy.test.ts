import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LibvirtConnection } from "#libvirt/index.ts";
import { FakeLibvirtd } from "#libvirt/fake/index.ts";
import type { AgentContext } from "../agent-context.ts";
import { agentPaths } from "../agent-paths.ts";
import { diskCopy, diskCopyFacts, diskCopyRemove } from "./disk-copy.ts";

const run = promisify(execFile);
const serverId = "5b3c7a0e-95a5-4f0a-9d5e-0d3f1e0a7c11";
const imageId = "0d5e7d0c-2b1f-4f27-8f55-3a2a9b8c7d66";

let folder: string;
let fake: FakeLibvirtd;
let context: AgentContext;
let target: string;

/** A server that is off, with a disk that is laid over an image. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "disk-copy-"));
  fake = await FakeLibvirtd.start();
  const libvirt = await LibvirtConnection.open({ socketPath: fake.socketPath });
  const paths = agentPaths({ statePath: folder, instancesPath: folder });
  context = { paths, libvirt, cloudId: "test" } as AgentContext;
  const server = paths.server(serverId);
  target = server.snapshot(imageId);
  await mkdir(server.folder, { recursive: true });
  const base = join(folder, "base.raw");
  await writeFile(base, Buffer.alloc(1024 ** 2, "base"));
  await run("qemu-img", ["create", "-q", "-f", "qcow2", "-F", "raw", "-b", base, server.disk, "4M"]);
  await run("qemu-io", ["-c", "write -P 0x5a 2M 1M", server.disk]);
});

afterEach(async () => {
  await context.libvirt.close();
  await fake[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const files = () => readdir(context.paths.server(serverId).folder);

test("a copy is flat, has the guest's bytes, and is made once", async () => {
  const { signal } = new AbortController();
  await diskCopy(context, serverId, target, signal);
  const { stdout } = await run("qemu-img", ["info", "--output=json", target]);
  expect(JSON.parse(stdout)).toMatchObject({ format: "qcow2", "virtual-size": 4 * 1024 ** 2 });
  expect(stdout).not.toContain("backing");
  await run("qemu-img", ["compare", context.paths.server(serverId).disk, target]);
  const bytes = await readFile(target);
  const facts = { sizeBytes: bytes.length, sha512: createHash("sha512").update(bytes).digest("hex") };
  expect(await diskCopyFacts(target)).toEqual(facts);
  // The disk goes on; the copy stays what it was.
  await run("qemu-io", ["-c", "write -P 0x33 0 1M", context.paths.server(serverId).disk]);
  await diskCopy(context, serverId, target, signal);
  expect(await diskCopyFacts(target)).toEqual(facts);
  await diskCopyRemove(context, serverId, target);
  expect(await files()).toEqual(["disk"]);
});

test("one that is cancelled, or that cannot be made, leaves nothing", async () => {
  await expect(diskCopy(context, serverId, target, AbortSignal.abort())).rejects.toMatchObject({
    code: "conflict",
    message: "The copy of the server's disk was cancelled.",
  });
  expect(await files()).toEqual(["disk"]);
  await writeFile(context.paths.server(serverId).disk, "no disk");
  await expect(diskCopy(context, serverId, target, new AbortController().signal)).rejects.toThrow();
  expect(await files()).toEqual(["disk"]);
});

test("what a killed process left half-way is no copy", async () => {
  await writeFile(`${target}.part`, "half");
  await diskCopy(context, serverId, target, new AbortController().signal);
  expect((await readFile(target)).subarray(0, 3).toString()).toBe("QFI");
  expect((await files()).toSorted()).toEqual(["disk", `snapshot-${imageId}.qcow2`]);
});
