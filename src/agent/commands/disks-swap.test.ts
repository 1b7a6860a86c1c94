import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LibvirtConnection } from "#libvirt/index.ts";
import { FakeLibvirtd } from "#libvirt/fake/index.ts";
import type { AgentContext } from "../agent-context.ts";
import { agentPaths, type ServerPaths } from "../agent-paths.ts";
import type { ImageCache } from "../images/cache.ts";
import { disksPrepare, disksSwap, disksSwapEnd } from "./disks-swap.ts";

const serverId = "5b3c7a0e-95a5-4f0a-9d5e-0d3f1e0a7c11";
const image = {
  imageId: "0d5e7d0c-2b1f-4f27-8f55-3a2a9b8c7d66",
  sha512: "",
  sizeBytes: 1,
  diskFormat: "raw",
};

let folder: string;
let fake: FakeLibvirtd;
let context: AgentContext;
let paths: ServerPaths;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "disks-swap-"));
  fake = await FakeLibvirtd.start();
  const libvirt = await LibvirtConnection.open({ socketPath: fake.socketPath });
  const all = agentPaths({ statePath: folder, instancesPath: folder });
  const base = { path: join(folder, "base.raw"), format: "raw", virtualSize: 1 } as const;
  await writeFile(base.path, "b");
  const images = { ensure: () => Promise.resolve(base) } as unknown as ImageCache;
  context = { paths: all, libvirt, images, cloudId: "test" } as AgentContext;
  paths = all.server(serverId);
  await mkdir(paths.folder, { recursive: true });
  await writeFile(paths.disk, "the old disk");
});

afterEach(async () => {
  await context.libvirt.close();
  await fake[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const prepare = () => disksPrepare(context, { serverId, image, rootGiB: 1 });
const swap = () => disksSwap(context, { serverId });
const end = (keep: "old" | "new") => disksSwapEnd(context, { serverId, keep });
const isOld = async () => (await readFile(paths.disk)).toString() === "the old disk";

async function expectOnly(kept: "old" | "new"): Promise<void> {
  expect(await readdir(paths.folder)).toEqual(["disk"]);
  expect(await isOld()).toBe(kept === "old");
}

test("the new disk takes the old one's place; each command may come twice", async () => {
  await prepare();
  await prepare();
  expect(await isOld()).toBe(true);
  await swap();
  expect(await isOld()).toBe(false);
  await swap();
  // Late and once more: the new one is in place.
  await prepare();
  expect(await isOld()).toBe(false);
  await end("new");
  await end("new");
  await expectOnly("new");
});

test.each(["nothing", "prepared", "half-way", "swapped"])("%s is taken back", async (how) => {
  if (how !== "nothing") await prepare();
  if (how === "half-way") await rename(paths.disk, paths.previousDisk);
  if (how === "swapped") await swap();
  await end("old");
  await end("old");
  await expectOnly("old");
});

test("a process that was killed between the two renames is followed by one that ends them", async () => {
  await prepare();
  await rename(paths.disk, paths.previousDisk);
  await swap();
  expect(await isOld()).toBe(false);
  await end("new");
  await expectOnly("new");
});

test.each(["old", "new"] as const)(
  "the ephemeral disk steps aside too, and the %s one is kept",
  async (keep) => {
    const { disk } = paths.ephemeral;
    await writeFile(disk, "old");
    await prepare();
    await swap();
    await swap();
    expect((await readdir(paths.folder)).toSorted()).toEqual(["disk", "disk.eph0.previous", "disk.previous"]);
    await writeFile(disk, "new");
    await swap();
    await end(keep);
    expect((await readdir(paths.folder)).toSorted()).toEqual(["disk", "disk.eph0"]);
    expect((await readFile(disk)).toString()).toBe(keep);
  },
);

test("the ephemeral disk stays where it is when it is to be kept", async () => {
  await writeFile(paths.ephemeral.disk, "kept");
  await prepare();
  await disksSwap(context, { serverId, keepEphemeral: true });
  expect((await readdir(paths.folder)).toSorted()).toEqual(["disk", "disk.eph0", "disk.previous"]);
  await end("new");
  expect((await readFile(paths.ephemeral.disk)).toString()).toBe("kept");
});

test("a server that lost its disk gets the new one", async () => {
  await rm(paths.disk);
  await prepare();
  await swap();
  await end("new");
  await expectOnly("new");
});

test("the disk of a running server stays where it is", async () => {
  await prepare();
  const metadata =
    '<metadata><sealstone:server xmlns:sealstone="urn:sealstone:server:1" cloud="test"/></metadata>';
  fake.host.domainDefine(`<domain><name>x</name><uuid>${serverId}</uuid>${metadata}</domain>`);
  fake.host.domainStart(fake.host.domain(serverId), { paused: false, forceBoot: false });
  await expect(swap()).rejects.toThrow("is running, so its disk cannot be removed");
  expect(await isOld()).toBe(true);
});
