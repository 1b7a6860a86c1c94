import { Type } from "typebox";
import { expect, test } from "vitest";
import { systemClock } from "#base/clock.ts";
import { CloudError } from "#base/errors.ts";
import { silentLogger } from "#base/logger.ts";
import {
  action,
  anonymous,
  atLeast,
  computeEnvelope,
  createHttpServer,
  operation,
  rawOperation,
  Reply,
  route,
  type Service,
} from "./index.ts";

const echo = operation({
  body: [
    { from: "2.1", schema: Type.Object({ name: Type.String() }, { additionalProperties: false }) },
    {
      from: "2.10",
      schema: Type.Object(
        { name: Type.String(), tag: Type.Optional(Type.String()) },
        { additionalProperties: false },
      ),
    },
  ],
  status: 202,
  handle: async (ctx, { params, body }) => ({ id: params["id"], body, new: atLeast(ctx, "2.10") }),
});
const empty = operation({ handle: async () => undefined });
const upload = rawOperation({
  rawBody: "buffer",
  handle: async (_ctx, { body }) => new Reply(201, { size: body.length }, { "x-kind": "raw" }),
});
const gettersOfContext = operation({
  handle: async (ctx) =>
    Object.entries(Object.getOwnPropertyDescriptors(ctx)).flatMap(([name, { get }]) => (get ? [name] : [])),
});
const bug = operation({
  handle: async () => {
    throw new Error("the inside");
  },
});

const service: Service = {
  type: "compute",
  prefix: "/compute",
  envelope: computeEnvelope,
  microversions: { min: "2.1", max: "2.96", default: "2.1", legacyHeader: "X-OpenStack-Nova-API-Version" },
  requestIdHeader: "x-compute-request-id",
  policyRules: { "things:create": "role:member", "things:admin": "role:admin" },
  deps: {},
  routes: [
    route("GET", "/", operation({ handle: async () => ({ versions: [] }) }), { policy: "public" }),
    route("POST", "/things/:id", echo, { policy: "things:create" }),
    route("DELETE", "/things/:id", empty, { policy: "things:admin" }),
    route("GET", "/new", empty, { policy: "authenticated", since: "2.5" }),
    route("PUT", "/upload", upload, { policy: "authenticated" }),
    route("GET", "/bug", bug, { policy: "authenticated" }),
    route("GET", "/getters", gettersOfContext, { policy: "authenticated" }),
    action("/things/:id/action", "os-start", empty, { policy: "things:create" }),
    action("/things/:id/action", "os-stop", empty, { policy: "things:admin" }),
  ],
};

const app = createHttpServer({
  services: [service],
  authenticate: (token) =>
    token === "good"
      ? Promise.resolve({ ...anonymous, userId: "u", projectId: "p", roles: ["member"] })
      : Promise.reject(
          new CloudError("unauthenticated", "The request you have made requires authentication."),
        ),
  log: silentLogger,
  clock: systemClock,
});

async function send(
  method: "GET" | "POST" | "PUT" | "DELETE",
  url: string,
  payload?: unknown,
  headers: Record<string, string> = {},
) {
  const answer = await app.inject({
    method,
    url,
    headers: {
      "x-auth-token": "good",
      ...(payload === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(payload === undefined
      ? {}
      : { payload: typeof payload === "string" ? payload : JSON.stringify(payload) }),
  });
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: answer.body === "" ? undefined : answer.json(),
  };
}

test("public route without a token, also with a trailing slash", async () => {
  const answer = await app.inject({ method: "GET", url: "/compute/" });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers["x-openstack-request-id"]).toMatch(/^req-[0-9a-f-]{36}$/);
  expect(answer.headers["x-compute-request-id"]).toBe(answer.headers["x-openstack-request-id"]);
});

test("no token and a wrong token are Keystone's 401", async () => {
  for (const token of ["", "bad"]) {
    const answer = await send("POST", "/compute/things/1", { name: "a" }, { "x-auth-token": token });
    expect(answer.status).toBe(401);
    expect(answer.headers["www-authenticate"]).toMatch(/^Keystone uri=/);
    expect(answer.body.error.code).toBe(401);
  }
});

test("schemas follow the microversion", async () => {
  expect((await send("POST", "/compute/things/7", { name: "a" })).body).toEqual({
    id: "7",
    body: { name: "a" },
    new: false,
  });
  const old = await send("POST", "/compute/things/7", { name: "a", tag: "x" });
  expect(old.status).toBe(400);
  expect(old.body.badRequest.message).toContain("tag");
  const recent = await send(
    "POST",
    "/compute/things/7",
    { name: "a", tag: "x" },
    { "openstack-api-version": "compute 2.10" },
  );
  expect(recent.status).toBe(202);
  expect(recent.headers["openstack-api-version"]).toBe("compute 2.10");
  expect(recent.headers["x-openstack-nova-api-version"]).toBe("2.10");
  const legacy = await send(
    "POST",
    "/compute/things/7",
    { name: "a", tag: "x" },
    { "x-openstack-nova-api-version": "latest" },
  );
  expect(legacy.headers["x-openstack-nova-api-version"]).toBe("2.96");
});

test.each([
  ["compute 2.97", 406],
  ["compute x", 400],
  ["placement 9.9", 200],
])("microversion %s is %i", async (version, status) => {
  expect((await send("GET", "/compute/", undefined, { "openstack-api-version": version })).status).toBe(
    status,
  );
});

test("a route outside its microversions does not exist", async () => {
  expect((await send("GET", "/compute/new")).status).toBe(404);
  expect(
    (await send("GET", "/compute/new", undefined, { "openstack-api-version": "compute 2.5" })).status,
  ).toBe(204);
});

test("policy, actions, unknown URL and method", async () => {
  const forbidden = await send("DELETE", "/compute/things/1");
  expect(forbidden.status).toBe(403);
  expect(forbidden.body.forbidden.message).toBe("Policy doesn't allow things:admin to be performed.");
  expect((await send("POST", "/compute/things/1/action", { "os-start": null })).status).toBe(204);
  expect((await send("POST", "/compute/things/1/action", { "os-stop": null })).status).toBe(403);
  expect((await send("POST", "/compute/things/1/action", { nonsense: null })).status).toBe(400);
  expect((await send("GET", "/compute/nowhere")).body.itemNotFound.code).toBe(404);
  const wrong = await send("PUT", "/compute/things/1", {});
  expect([wrong.status, wrong.headers["allow"]]).toEqual([405, "POST, DELETE"]);
});

test("what the router refuses has an envelope and a request id too", async () => {
  for (const url of ["/compute/things/%zz", `/compute/things/${"a".repeat(400)}`]) {
    const answer = await send("DELETE", url);
    expect([400, 404, 414]).toContain(answer.status);
    expect(answer.headers["x-openstack-request-id"]).toMatch(/^req-/);
    expect(Object.values(answer.body as object)[0]).toMatchObject({ code: answer.status });
  }
});

test("bodies: malformed, empty, huge, of a foreign type, raw", async () => {
  expect((await send("POST", "/compute/things/1", "{")).status).toBe(400);
  expect((await send("POST", "/compute/things/1")).status).toBe(400);
  expect((await send("POST", "/compute/things/1", { name: "a".repeat(2 ** 21) })).status).toBe(413);
  expect(
    (await send("POST", "/compute/things/1", "a=b", { "content-type": "application/x-www-form-urlencoded" }))
      .status,
  ).toBe(415);
  const raw = await send("PUT", "/compute/upload", "12345", { "content-type": "application/octet-stream" });
  expect([raw.status, raw.body, raw.headers["x-kind"]]).toEqual([201, { size: 5 }, "raw"]);
});

test("a bug tells its caller nothing of the inside", async () => {
  const answer = await send("GET", "/compute/bug");
  expect(answer.status).toBe(500);
  expect(JSON.stringify(answer.body)).not.toContain("the inside");
});

test("a request's context has no getters, which would keep the whole request in memory", async () => {
  const answer = await send("GET", "/compute/getters");
  expect([answer.status, answer.body]).toEqual([200, []]);
});

test("what comes to no handler has an id, too", async () => {
  const answer = await send("POST", "/compute/things/1", "x".repeat(2 * 1024 ** 2));
  expect(answer.status).toBe(413);
  expect(answer.headers["x-openstack-request-id"]).toMatch(/^req-[0-9a-f-]{36}$/);
});
