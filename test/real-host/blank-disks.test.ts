import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import type { GuestFacts } from "../../guest/console-facts.ts";
import { realCloudForTests } from "../kit/real-cloud-for-tests.ts";
import { realGuests } from "../kit/real-guests.ts";

/** The ephemeral disk and the swap space of a flavor, in guests. */

const run = promisify(execFile);
const sectors = (mebibytes: number): number => mebibytes * 2048;

const cloud = realCloudForTests();
const guests = realGuests(cloud);
const flavors = new Map<string, string>();
let image: string;
let id: string;

beforeAll(async () => {
  image = await guests.imageNamed("sealstone-guest");
  for (const [name, ephemeral, swap] of [
    ["small", 1, 32],
    ["large", 2, 64],
  ] as const) {
    const flavor = { name, ram: 256, vcpus: 1, disk: 1, "OS-FLV-EXT-DATA:ephemeral": ephemeral, swap };
    const { body } = await cloud().admin.send("POST", "/compute/v2.1/flavors", { flavor });
    flavors.set(name, body.flavor.id as string);
  }
  id = await guests.create({ imageRef: image, flavorRef: flavors.get("small") });
  expect(await guests.settled(id)).toMatchObject({ status: "ACTIVE" });
});

const fileOf = (name: string): string => join(cloud().instancesPath, "servers", id, name);

/** Tells one file system, or swap space, from another. */
async function uuidOf(name: string): Promise<string> {
  return (await run("/usr/sbin/blkid", ["-p", "-o", "value", "-s", "UUID", fileOf(name)])).stdout.trim();
}

/** What the guest sees at its next boot, which is this one of its root disk. */
async function disksSeen(boots: number): Promise<GuestFacts["blockDevices"]> {
  const block = await guests.newBoot(id);
  expect(block.boots).toBe(boots);
  return block.blockDevices;
}

test("the guest has them behind its root disk, formatted", async () => {
  expect([...(await disksSeen(1))]).toEqual([
    ["vda", sectors(1024)],
    ["vdb", sectors(1024)],
    ["vdc", sectors(32)],
  ]);
  const { stdout } = await run("/usr/sbin/blkid", [
    "-p",
    "-o",
    "value",
    "-s",
    "LABEL",
    "-s",
    "TYPE",
    fileOf("disk.eph0"),
  ]);
  expect(stdout.trim().split("\n")).toEqual(["ephemeral0", "ext4"]);
});

test("an image of the running server is of its root disk alone", async () => {
  const answer = await guests.act(id, { createImage: { name: "of the root disk" } });
  expect(answer.status).toBe(202);
  expect(await guests.settled(id)).toMatchObject({ status: "ACTIVE" });
  const shown = await cloud().demo.send("GET", `/image/v2/images/${answer.body.image_id}`);
  expect(shown.body).toMatchObject({ status: "active" });
});

test("a resize grows the one and makes the other anew; a revert brings the old ones back", async () => {
  const before = await uuidOf("disk.eph0");
  await guests.done(id, { resize: { flavorRef: flavors.get("large") } }, "VERIFY_RESIZE");
  expect([...(await disksSeen(2))].slice(1)).toEqual([
    ["vdb", sectors(2048)],
    ["vdc", sectors(64)],
  ]);
  expect(await uuidOf("disk.eph0")).toBe(before);
  await guests.done(id, { revertResize: null }, "ACTIVE");
  // The root disk, on which it counts its boots, is the old one.
  expect([...(await disksSeen(2))].slice(1)).toEqual([
    ["vdb", sectors(1024)],
    ["vdc", sectors(32)],
  ]);
  expect(await uuidOf("disk.eph0")).toBe(before);
});

/** Of the smaller flavor. */
const disks = [
  ["vdb", sectors(1024)],
  ["vdc", sectors(32)],
];

test("a rebuild makes a new ephemeral disk, or keeps it when it is told to", async () => {
  const before = await uuidOf("disk.eph0");
  await guests.done(id, { rebuild: { imageRef: image, preserve_ephemeral: true } }, "ACTIVE");
  expect(await uuidOf("disk.eph0")).toBe(before);
  expect([...(await disksSeen(1))].slice(1)).toEqual(disks);
  await guests.done(id, { rebuild: { imageRef: image } }, "ACTIVE");
  expect(await uuidOf("disk.eph0")).not.toBe(before);
  expect([...(await disksSeen(1))].slice(1)).toEqual(disks);
});

test("as in Nova a shelved server comes back with empty ones", async () => {
  const before = await uuidOf("disk.eph0");
  await guests.done(id, { shelve: null }, "SHELVED_OFFLOADED");
  await guests.done(id, { unshelve: null }, "ACTIVE");
  expect([...(await disksSeen(2))].slice(1)).toEqual(disks);
  expect(await uuidOf("disk.eph0")).not.toBe(before);
  await guests.remove(id);
});
