import { afterAll, beforeAll, expect, test } from "vitest";
import { startImageCloud, type ImageCloud } from "./test-cloud.fixture.ts";

let cloud: ImageCloud;
let file: string;
beforeAll(async () => {
  cloud = await startImageCloud();
  const made = await cloud.send("alice", "POST", "/v2/images", {
    disk_format: "raw",
    container_format: "bare",
  });
  file = `/v2/images/${made.body.id}/file`;
  await cloud.send("alice", "PUT", file, "0123456789");
});
afterAll(() => cloud.stop());

test.each([
  [{ range: "bytes=2-4" }, "234", "bytes 2-4/10"],
  [{ range: "bytes=7-" }, "789", "bytes 7-9/10"],
  [{ range: "bytes=-1" }, "9", "bytes 9-9/10"],
  [{ "content-range": "bytes 0-0/*" }, "0", "bytes 0-0/10"],
])("a download of %j is partial", async (headers, text, contentRange) => {
  const answer = await cloud.send("alice", "GET", file, undefined, headers);
  expect([answer.status, answer.bytes.toString()]).toEqual([206, text]);
  expect(answer.headers).toMatchObject({
    "content-range": contentRange,
    "content-length": String(text.length),
    "content-type": "application/octet-stream",
  });
});

test("a range outside of the data is 416, several ranges are 400, no range is all of it", async () => {
  const outside = await cloud.send("alice", "GET", file, undefined, { range: "bytes=10-" });
  expect([outside.status, outside.body]).toEqual([
    416,
    {
      code: "416 Range Not Satisfiable",
      title: "Range Not Satisfiable",
      message:
        "Invalid start position in Range header. Start position MUST be in the inclusive range [0, 9].",
    },
  ]);
  const several = await cloud.send("alice", "GET", file, undefined, { range: "bytes=0-1,3-4" });
  expect(several.status).toBe(400);
  const all = await cloud.send("alice", "GET", file);
  expect([all.status, all.headers["content-range"], all.bytes.length]).toEqual([200, undefined, 10]);
});

test.each([
  ["size=10", 1],
  ["size=9", 0],
  ["virtual_size=10", 1],
  ["size_min=10&size_max=10", 1],
  ["size_min=11", 0],
  ["size_max=9", 0],
])("%s finds %i images", async (query, count) => {
  const { body } = await cloud.send("alice", "GET", `/v2/images?${query}`);
  expect(body.images).toHaveLength(count);
});

test("errors are HTML to clients that like it as well as JSON", async () => {
  const path = "/v2/images/no<such>";
  const html = await cloud.send("alice", "GET", path, undefined, { accept: "*/*" });
  expect([html.status, html.headers["content-type"]]).toEqual([404, "text/html; charset=UTF-8"]);
  const [, message] = /<h1>404 Not Found<\/h1>\s+(.*?)<br \/>/.exec(html.bytes.toString()) ?? [];
  expect(message).toBe("No image found with ID no&lt;such&gt;");
  const json = await cloud.send("alice", "GET", path, undefined, { accept: "application/json" });
  expect([json.status, json.body.title]).toEqual([404, "Not Found"]);
});

test("a slash at the end is another path", async () => {
  for (const [method, path, status] of [
    ["GET", "/v2/images/", 404],
    ["DELETE", "/v2/images/", 404],
    ["GET", "/v2/images", 200],
    ["DELETE", "/v2/images", 405],
  ] as const) {
    expect([method, path, (await cloud.send("alice", method, path)).status]).toEqual([method, path, status]);
  }
  expect((await cloud.app.inject({ method: "GET", url: "/image/v2/images/" })).statusCode).toBe(401);
});
