import { afterAll, beforeAll, expect, test } from "vitest";
import { imageMake } from "../kit/client.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await startTestCloud();
});
afterAll(() => cloud.stop());

const images = "/compute/v2.1/images";
const demo = (method: string, path: string, body?: unknown, version?: string) =>
  cloud.demo.send(method, `${images}${path}`, body, version);
const idsOf = (body: { images: { id: string }[] }): string[] => body.images.map(({ id }) => id);

test("the image service's images are listed, filtered, paged and shown until 2.35", async () => {
  const first = await imageMake(cloud.demo, { name: "one", min_ram: 64 });
  const second = await imageMake(cloud.demo, { name: "two", image_type: "snapshot", instance_uuid: "u" });
  expect(idsOf((await demo("GET", "")).body)).toEqual([second, first]);
  expect(idsOf((await demo("GET", "?name=one&status=ACTIVE&minRam=64")).body)).toEqual([first]);
  expect(idsOf((await demo("GET", "?type=snapshot&server=http://h/servers/u")).body)).toEqual([second]);
  expect(idsOf((await demo("GET", "?changes-since=2100-01-01T00:00:00Z")).body)).toEqual([]);
  const page = await demo("GET", "/detail?limit=1");
  expect(page.body.images[0]).toMatchObject({
    id: second,
    status: "ACTIVE",
    progress: 100,
    metadata: { image_type: "snapshot", instance_uuid: "u" },
    server: { id: "u" },
  });
  expect(page.body.images_links[0].href).toContain(`marker=${second}`);
  expect(idsOf((await demo("GET", `?marker=${second}`)).body)).toEqual([first]);
  expect((await demo("GET", "?marker=none")).status).toBe(400);
  expect((await demo("GET", `/${first}`)).body.image).toMatchObject({ name: "one", minRam: 64 });
  expect((await demo("GET", `/${first}`, undefined, "2.36")).status).toBe(404);
  expect((await demo("GET", "/none")).body.itemNotFound.message).toBe("Image not found.");
});

test("an image's metadata are its properties, changed by its owner only", async () => {
  const id = await imageMake(cloud.demo, { visibility: "private", os_type: "linux" });
  const path = `/${id}/metadata`;
  expect((await demo("POST", path, { metadata: { a: "1" } })).body.metadata).toEqual({
    a: "1",
    os_type: "linux",
  });
  expect((await demo("PUT", `${path}/a`, { meta: { a: "2" } })).body).toEqual({ meta: { a: "2" } });
  expect((await demo("PUT", `${path}/a`, { meta: { b: "2" } })).status).toBe(400);
  expect((await demo("GET", `${path}/a`)).body).toEqual({ meta: { a: "2" } });
  expect((await demo("PUT", path, { metadata: { b: "3" } })).body.metadata).toEqual({ b: "3" });
  expect((await demo("PUT", path, { metadata: { name: "x" } })).status).toBe(403);
  expect((await demo("DELETE", `${path}/a`)).status).toBe(404);
  expect((await demo("DELETE", `${path}/b`)).status).toBe(204);
  expect((await demo("GET", path, undefined, "2.38")).body).toEqual({ metadata: {} });
  expect((await demo("GET", path, undefined, "2.39")).status).toBe(404);
  const many = Object.fromEntries(Array.from({ length: 129 }, (_, index) => [`k${index}`, "v"]));
  expect((await demo("PUT", path, { metadata: many })).body.forbidden.message).toBe(
    "Image metadata limit exceeded",
  );
  const guest = await cloud.admin.send("POST", "/image/v2/images", {
    name: "foreign",
    visibility: "public",
    disk_format: "raw",
    container_format: "bare",
  });
  expect((await demo("PUT", `/${guest.body.id}/metadata`, { metadata: {} })).status).toBe(403);
  expect((await demo("DELETE", `/${guest.body.id}`)).status).toBe(403);
  expect((await demo("DELETE", `/${id}`)).status).toBe(204);
  expect((await demo("DELETE", `/${id}`)).status).toBe(404);
});
