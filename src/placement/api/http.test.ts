import { afterAll, beforeAll, expect, test } from "vitest";
import { newUuid } from "#base/ids.ts";
import { startPlacement, type TestPlacement } from "../testing/start.ts";

let cloud: TestPlacement;
beforeAll(async () => {
  cloud = await startPlacement();
});
afterAll(() => cloud.close());

const detail = (answer: { body: { errors: readonly { detail: string }[] } }) => answer.body.errors[0]?.detail;

test("tokens for the system or a domain pass no rule, whatever their roles", async () => {
  for (const token of ["system-admin", "domain-admin"]) {
    const refused = await cloud.send("GET", "/resource_providers", { token });
    expect(refused.status).toBe(403);
    expect(detail(refused)).toBe("Policy does not allow placement:resource_providers:list to be performed.");
    expect((await cloud.send("PUT", "/traits/CUSTOM_X", { token })).status).toBe(403);
    expect((await cloud.send("GET", "/usages?project_id=p", { token })).status).toBe(403);
  }
  expect((await cloud.send("GET", "/traits/CUSTOM_X")).status).toBe(404);
});

test("a body says that it is JSON", async () => {
  const headers = { "content-type": "text/plain" };
  const text = await cloud.send("POST", "/resource_providers", { body: "{}", headers });
  expect([text.status, detail(text)]).toEqual([
    415,
    "The media type text/plain is not supported, use application/json",
  ]);
  const none = await cloud.send("PUT", `/resource_providers/${newUuid()}`);
  expect([none.status, detail(none)]).toEqual([
    415,
    "The media type None is not supported, use application/json",
  ]);
  const unsaid = await cloud.send("POST", "/resource_providers", { body: "text" });
  expect([unsaid.status, detail(unsaid)]).toEqual([
    400,
    "content-type header required when content-length > 0",
  ]);
  const broken = await cloud.send("POST", "/resource_providers", {
    body: "{",
    headers: { "content-type": "application/json; charset=UTF-8" },
  });
  expect([broken.status, detail(broken)]).toEqual([400, "Malformed JSON: it is not valid JSON"]);
});

test("who may not, and what is not there, is told before the body is read", async () => {
  const broken = { body: "{", headers: { "content-type": "application/json" } };
  expect((await cloud.send("POST", "/reshaper", { ...broken, token: "reader" })).status).toBe(403);
  const gone = `/resource_providers/${newUuid()}/inventories`;
  expect((await cloud.send("PUT", gone, broken)).status).toBe(404);
  expect((await cloud.send("POST", "/reshaper", { ...broken, token: "service" })).status).toBe(400);
  const text = { body: "{", headers: { "content-type": "text/plain" } };
  expect((await cloud.send("POST", "/resource_classes", { ...text, at: "1.1" })).status).toBe(404);
});

test("a body that does not fit is told in the words of Python's jsonschema", async () => {
  const named = await cloud.send("POST", "/resource_providers", { body: { name: "a", uuid: "x" } });
  expect(named.status).toBe(400);
  expect(detail(named)).toBe(
    "JSON does not validate: 'x' is not a 'uuid' " +
      "Failed validating 'format' in schema['properties']['uuid'] On instance['uuid']: 'x'",
  );
  const cow = await cloud.send("PUT", "/resource_classes/COW");
  expect(detail(cow)).toMatch(/^JSON does not validate: 'COW' does not match .* Failed validating 'pattern'/);
});

test("what is shown is JSON, and told to who accepts none", async () => {
  const get = (accept: string, path = "/traits") => cloud.send("GET", path, { headers: { accept } });
  const refused = await get("text/plain");
  expect([refused.status, detail(refused)]).toEqual([406, "Only application/json is provided"]);
  expect((await get("text/html,application/xml;q=0.9")).status).toBe(406);
  expect((await get("text/html,*/*;q=0.8")).status).toBe(200);
  expect((await get("text/html", "/")).status).toBe(200);
});

test("errors are HTML for a browser and JSON for everybody else", async () => {
  const missing = (headers: Record<string, string>) =>
    cloud.send("GET", "/resource_providers/none", { headers: { accept: "application/json", ...headers } });
  for (const accept of ["*/*", "application/json", ""]) {
    expect((await missing({ accept })).headers["content-type"]).toBe("application/json");
  }
  const page = await cloud.send("GET", "/none", { headers: { accept: "text/html" } });
  expect(page.headers["content-type"]).toContain("text/html");
  expect(page.body).toContain("<h1>404 Not Found</h1>");
});

test("the microversion is read before the path, and stands in every answer", async () => {
  for (const path of ["/", "/none", "/traits"]) {
    const unsupported = await cloud.send("GET", path, { at: "0.9" });
    expect(unsupported.body.errors[0]).toMatchObject({
      status: 406,
      title: "Not Acceptable",
      detail: "Invalid microversion: Unacceptable version header: 0.9",
      max_version: "1.39",
      min_version: "1.0",
    });
    const malformed = await cloud.send("GET", path, { at: "pony.horse" });
    expect([malformed.status, detail(malformed)]).toEqual([
      400,
      "Invalid microversion: invalid version string: pony.horse",
    ]);
  }
  const nowhere = await cloud.send("GET", "/none", { at: "1.23" });
  expect(nowhere.headers).toMatchObject({
    "openstack-api-version": "placement 1.23",
    vary: "openstack-api-version",
  });
  expect(nowhere.body.errors[0].code).toBe("placement.undefined_code");
  expect((await cloud.send("GET", "/none", { at: "1.22" })).body.errors[0].code).toBeUndefined();
});

test("other methods of a path are 405 with those that it has", async () => {
  for (const method of ["DELETE", "OPTIONS"] as const) {
    const refused = await cloud.send(method, "/resource_providers");
    expect([refused.status, refused.headers["allow"]]).toEqual([405, "GET, POST"]);
    expect(detail(refused)).toBe(`The method ${method} is not allowed for this resource.`);
  }
  const head = await cloud.send("HEAD", "/resource_providers");
  expect([head.status, head.headers["allow"]]).toEqual([405, "GET, POST"]);
});

test("a provider that is not there is told before its body is looked at", async () => {
  const at = `/resource_providers/${newUuid()}`;
  for (const path of ["", "/inventories", "/inventories/VCPU", "/aggregates"]) {
    expect((await cloud.send("PUT", at + path, { body: { wrong: 1 } })).status).toBe(404);
  }
  expect((await cloud.send("POST", `${at}/inventories`, { body: { wrong: 1 } })).status).toBe(404);
  expect((await cloud.send("PUT", `${at}/traits`, { body: { wrong: 1 } })).status).toBe(400);
});
