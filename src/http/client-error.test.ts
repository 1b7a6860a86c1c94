import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { silentLogger } from "#base/logger.ts";
import { anonymous } from "./context.ts";
import { computeEnvelope, placementEnvelope } from "./envelopes.ts";
import { createHttpServer } from "./server.ts";

const part = { routes: [], policyRules: {}, deps: {} };
const app = createHttpServer({
  services: [
    { ...part, type: "placement", prefix: "/placement", envelope: placementEnvelope },
    { ...part, type: "compute", prefix: "/compute", envelope: computeEnvelope },
  ],
  authenticate: () => Promise.resolve(anonymous),
  log: silentLogger,
  clock: { now: () => 0 },
});
let port: number;
beforeAll(async () => {
  port = Number(new URL(await app.listen({ host: "127.0.0.1", port: 0 })).port);
});
afterAll(() => app.close());

/** What comes back on a connection of its own until the server closes it. */
async function exchange(bytes: string): Promise<{ head: string; body: unknown }> {
  const socket = connect(port, "127.0.0.1");
  socket.write(bytes);
  const [head = "", body = ""] = (await text(socket)).split("\r\n\r\n");
  return { head, body: JSON.parse(body) as unknown };
}

test("a length that is no number is told in the envelope of the service that was asked", async () => {
  const request = (path: string) => `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: hi mom\r\n\r\n{}`;
  const asked = await exchange(request("/placement/resource_providers?a=b"));
  expect(asked.head).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  expect(asked.head).toMatch(/x-openstack-request-id: req-/);
  expect(asked.body).toMatchObject({
    errors: [{ status: 400, title: "Bad Request", detail: "content-length header must be an integer" }],
  });
  expect((await exchange(request("/compute/v2.1/servers"))).body).toMatchObject({
    badRequest: { code: 400, message: "content-length header must be an integer" },
  });
});

test("bytes that are no HTTP are answered too, and the server lives on", async () => {
  expect((await exchange("\x16\x03\x01 hello\r\n\r\n")).body).toMatchObject({
    error: { code: 400, message: "The request could not be read: it is not valid HTTP." },
  });
  const { statusCode } = await app.inject({ url: "/compute/none", headers: { "x-auth-token": "t" } });
  expect(statusCode).toBe(404);
});
