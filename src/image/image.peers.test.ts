import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { anonymous } from "#http/index.ts";
import { startImageCloud, type ImageCloud } from "./test-cloud.fixture.ts";

let cloud: ImageCloud;
beforeEach(async () => {
  cloud = await startImageCloud();
});
afterEach(() => cloud.stop());

test("a seeded image is made once, renewed when its file changes, and read in slices", async () => {
  const path = join(cloud.folder, "guest.img");
  await writeFile(path, "first data");
  const seed = {
    id: randomUUID(),
    name: "sealstone-guest",
    visibility: "public",
    diskFormat: "raw",
    containerFormat: "bare",
    properties: { hw_rng_model: "virtio" },
    minDiskGiB: 1,
    minRamMiB: 128,
    path,
  } as const;
  const made = await cloud.image.imageEnsure(seed);
  expect(made).toMatchObject({ status: "active", sizeBytes: 10, owner: undefined, minRamMiB: 128 });
  expect(await cloud.image.imageEnsure(seed)).toEqual(made);
  expect(await cloud.files()).toHaveLength(1);
  expect((await cloud.image.imageRead(seed.id, 6, 100)).toString()).toBe("data");
  expect((await cloud.image.imageRead(seed.id, 0, 5)).toString()).toBe("first");
  expect(await cloud.image.imageRead(seed.id, 10, 5)).toHaveLength(0);

  await cloud.send("admin", "POST", `/v2/images/${seed.id}/actions/deactivate`);
  expect((await cloud.image.imageEnsure(seed)).status).toBe("deactivated");
  await cloud.send("admin", "POST", `/v2/images/${seed.id}/actions/reactivate`);

  await writeFile(path, "other data");
  const renewed = await cloud.image.imageEnsure(seed);
  expect(renewed.sha512).not.toBe(made.sha512);
  expect((await cloud.image.imageRead(seed.id, 0, 100)).toString()).toBe("other data");
  expect(await cloud.files()).toHaveLength(1);
  expect(await cloud.image.imageFetch({ ...anonymous, projectId: "p9" }, seed.id)).toEqual(renewed);
  await expect(cloud.image.imageRead(randomUUID(), 0, 1)).rejects.toThrow("No image found with ID");
});

test("recovery queues half-done uploads again and removes the files of nobody", async () => {
  const answer = await cloud.send("alice", "POST", "/v2/images", {
    disk_format: "raw",
    container_format: "bare",
  });
  const { id } = answer.body as { id: string };
  await cloud.send("alice", "PUT", `/v2/images/${id}/file`, "kept");
  const [kept = ""] = await cloud.files();
  const half = await cloud.send("alice", "POST", "/v2/images", {
    disk_format: "raw",
    container_format: "bare",
  });
  const [halfId, dataId] = [half.body.id as string, randomUUID()];
  await cloud.database.transaction((tx) =>
    tx
      .updateTable("image_images")
      .set({ status: "saving", data_id: dataId })
      .where("id", "=", halfId)
      .execute(),
  );
  await writeFile(join(cloud.imagesFolder, `${halfId}.${dataId}.part`), "half");
  await writeFile(join(cloud.imagesFolder, `${halfId}.${dataId}`), "whole, but never recorded");
  await writeFile(join(cloud.imagesFolder, "README"), "an operator's own");

  await cloud.image.imageRecover();
  expect((await cloud.files()).sort()).toEqual([kept, "README"].sort());
  expect((await cloud.send("alice", "GET", `/v2/images/${halfId}`)).body.status).toBe("queued");
  expect((await cloud.send("alice", "PUT", `/v2/images/${halfId}/file`, "now")).status).toBe(204);
  expect((await cloud.send("alice", "GET", `/v2/images/${id}/file`)).bytes.toString()).toBe("kept");
});
