import { afterAll, beforeAll, expect, test } from "vitest";
import { passwords, projectScope, startTestCloud, type TestCloud } from "./testing/cloud.ts";

let cloud: TestCloud;
let admin: string;
let demo: string;
beforeAll(async () => {
  cloud = await startTestCloud();
  admin = await cloud.signIn("admin", passwords.admin, projectScope("admin"));
  demo = await cloud.signIn("demo", passwords.demo, projectScope("demo"));
});
afterAll(() => cloud.close());

const named = async (name: string): Promise<string> =>
  (await cloud.send("GET", `/v3/projects?name=${name}`, { token: admin })).body.projects[0].id;

test("tags come one by one or all at once, and go", async () => {
  const tags = `/v3/projects/${await named("demo")}/tags`;
  const send = (method: "GET" | "HEAD" | "PUT" | "DELETE", path: string, body?: unknown) =>
    cloud.send(method, path, { token: admin, ...(body === undefined ? {} : { body }) });
  const added = await send("PUT", `${tags}/blue`);
  expect([added.status, added.body]).toEqual([201, undefined]);
  expect(added.headers["location"]).toMatch(/\/tags\/blue$/);
  expect((await send("PUT", `${tags}/blue`)).status).toBe(400);
  for (const bad of ["a%2Cb", "a%2Fb", "/", "x".repeat(256)])
    expect((await send("PUT", `${tags}/${bad}`)).status).toBe(400);
  expect((await send("HEAD", `${tags}/blue`)).status).toBe(204);
  const missing = await send("GET", `${tags}/red`);
  expect([missing.status, missing.body.error.message]).toEqual([404, "Could not find project tag: red."]);
  const replaced = await send("PUT", tags, { tags: ["red", "green"] });
  expect([replaced.status, replaced.body.tags]).toEqual([200, ["red", "green"]]);
  expect((await send("PUT", tags, { tags: ["red", "red"] })).status).toBe(400);
  expect((await send("DELETE", `${tags}/red`)).status).toBe(204);
  expect((await send("DELETE", `${tags}/red`)).status).toBe(404);
  expect((await cloud.send("GET", tags, { token: demo })).body.tags).toEqual(["green"]);
  expect((await cloud.send("PUT", `${tags}/x`, { token: demo })).status).toBe(403);
  expect((await send("DELETE", tags)).status).toBe(204);
  expect((await send("GET", tags)).body.tags).toEqual([]);
});

test("81 tags are too many", async () => {
  const tags = `/v3/projects/${await named("service")}/tags`;
  const many = Array.from({ length: 80 }, (_, index) => `t${index}`);
  expect((await cloud.send("PUT", tags, { token: admin, body: { tags: many } })).status).toBe(200);
  expect((await cloud.send("PUT", `${tags}/more`, { token: admin })).status).toBe(400);
  expect((await cloud.send("GET", tags, { token: admin })).body.tags).toHaveLength(80);
});

test("a list of projects is filtered by tags", async () => {
  for (const [name, tags] of Object.entries({ admin: ["a", "b"], demo: ["b"] })) {
    await cloud.send("PUT", `/v3/projects/${await named(name)}/tags`, { token: admin, body: { tags } });
  }
  const names = async (query: string): Promise<string[]> =>
    (await cloud.send("GET", `/v3/projects?${query}`, { token: admin })).body.projects.map(
      (project: { name: string }) => project.name,
    );
  expect(await names("tags=a,b")).toEqual(["admin"]);
  expect(await names("tags-any=a,b")).toEqual(["admin", "demo"]);
  expect(await names("tags-any=b&not-tags=a,b")).toEqual(["demo"]);
  expect(await names("not-tags-any=a,b")).toEqual(["service"]);
});
