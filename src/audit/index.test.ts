import { afterEach, beforeEach, expect, test } from "vitest";
import { silentLogger, type Logger } from "#base/logger.ts";
import type { Database } from "#db/index.ts";
import { openTestDatabase } from "#db/testing/index.ts";
import { anonymous, createHttpServer } from "#http/index.ts";
import { auditMigrations, createAuditService, type AuditEvent, type AuditService } from "./index.ts";

const start = Date.parse("2026-11-24T10:00:00Z");
const [first, second] = ["5b2a4a8c-8f1c-4a52-9a87-0c5c2f3a1d10", "5b2a4a8c-8f1c-4a52-9a87-0c5c2f3a1d11"];

let database: Database;
let now: number;
let lines: { readonly fields: object; readonly message: string }[];
let service: AuditService;
let app: ReturnType<typeof createHttpServer>;

const clock = { now: () => now };
const log: Logger = {
  ...silentLogger,
  info: (fields, message) => void lines.push({ fields, message }),
};

function serviceOf(retentionDays?: number): AuditService {
  return createAuditService({ database, clock, log, retentionDays });
}

beforeEach(async () => {
  database = await openTestDatabase(auditMigrations);
  [now, lines] = [start, []];
  service = serviceOf();
  app = createHttpServer({
    services: [service.service],
    authenticate: async (token) => ({ ...anonymous, userId: token, roles: [token] }),
    log: silentLogger,
    clock,
  });
});
afterEach(async () => {
  await app.close();
  await database.close();
});

function anEvent(changes: Partial<AuditEvent> = {}): AuditEvent {
  return {
    event: "read",
    result: "success",
    operation: "start",
    requestId: "req-1",
    userId: "user",
    projectId: "project",
    ownerUserId: "owner",
    ownerProjectId: "owners",
    serverId: first,
    secretId: "secret",
    ...changes,
  };
}

async function get(query = "", token = "admin") {
  const url = `/sealstone/v1/audit${query}`;
  const answer = await app.inject({ url, headers: { "x-auth-token": token, host: "cloud.test" } });
  return { status: answer.statusCode, body: answer.json() };
}

/** Ten of one server, a minute apart, with one of another server in between. */
async function write(): Promise<void> {
  for (let minute = 0; minute < 10; minute += 1) {
    now = start + minute * 60_000;
    await service.audit.write(anEvent({ operation: String(minute) }));
  }
  await service.audit.write(anEvent({ serverId: second, event: "denied", result: "denied", reason: "no" }));
}

const operations = (body: { audit_events: { operation: string }[] }): string[] =>
  body.audit_events.map(({ operation }) => operation);

test("an event has every field, and is a line of the log", async () => {
  await service.audit.write(anEvent({ event: "sealed", hostId: "host-id", host: "host" }));
  const { status, body } = await get();
  expect(status).toBe(200);
  expect(body).toEqual({
    audit_events: [
      {
        id: expect.any(String),
        time: "2026-11-24T10:00:00.000Z",
        event: "sealed",
        result: "success",
        reason: null,
        operation: "start",
        request_id: "req-1",
        user_id: "user",
        project_id: "project",
        server_id: first,
        secret_id: "secret",
        owner_user_id: "owner",
        owner_project_id: "owners",
        host_id: "host-id",
        host: "host",
      },
    ],
    links: [{ rel: "self", href: "http://cloud.test/sealstone/v1/audit" }],
  });
  expect(lines).toEqual([
    {
      fields: expect.objectContaining({
        event: "tpm-passphrase",
        action: "sealed",
        auditId: body.audit_events[0].id,
        requestId: "req-1",
        serverId: first,
        userId: "user",
      }),
      message: "TPM passphrase sealed",
    },
  ]);
});

test("newest first; by server, event and time, both ends included", async () => {
  await write();
  expect(operations((await get()).body)).toEqual("start 9 8 7 6 5 4 3 2 1 0".split(" "));
  expect(operations((await get(`?server=${first.toUpperCase()}&limit=2`)).body)).toEqual(["9", "8"]);
  expect((await get("?event=denied")).body.audit_events).toMatchObject([
    { server_id: second, result: "denied", reason: "no" },
  ]);
  const between = "?since=2026-11-24T10:02:00Z&until=2026-11-24T12:04:00%2B02:00";
  expect(operations((await get(between)).body)).toEqual(["4", "3", "2"]);
  expect(operations((await get("?until=2026-11-24T10:00")).body)).toEqual(["0"]);
  expect(operations((await get("?since=2026-11-25")).body)).toEqual([]);
});

test("pages follow their links to the end and keep the filter", async () => {
  await write();
  const seen: string[] = [];
  let [query, pages]: [string | undefined, number] = [`?server=${first}&limit=3`, 0];
  while (query !== undefined) {
    const { body } = await get(query);
    seen.push(...operations(body));
    const next = (body.links as { rel: string; href: string }[]).find(({ rel }) => rel === "next");
    query = next && new URL(next.href).search;
    // What comes meanwhile is on no later page.
    if (pages === 0) await service.audit.write(anEvent({ operation: "later" }));
    pages += 1;
  }
  expect(seen).toEqual("9 8 7 6 5 4 3 2 1 0".split(" "));
  expect(pages).toBe(4);
});

test.each([
  ["?server=nonsense", /server/],
  ["?event=lost", /event/],
  ["?since=yesterday", /since: found "yesterday", allowed is a time in ISO 8601/],
  ["?until=2026-13-45", /until/],
  ["?limit=0", /limit: found "0", allowed is a number from 1 to 1000/],
  ["?limit=1001", /limit/],
  ["?limit=ten", /limit/],
  ["?limit=1&limit=2", /limit/],
  ["?user=x", /user/],
  [`?marker=${second}`, /The marker 5b2a4a8c-8f1c-4a52-9a87-0c5c2f3a1d11 is no event/],
])("%s is refused", async (query, says) => {
  await write();
  const { status, body } = await get(query);
  expect(status).toBe(400);
  expect(body).toEqual({
    errors: [
      {
        status: 400,
        code: "sealstone.invalid",
        title: "Bad Request",
        detail: expect.stringMatching(says),
        request_id: expect.stringMatching(/^req-/),
      },
    ],
  });
});

test("the rule sealstone:audit:list lets administrators in", async () => {
  const { status, body } = await get("", "member");
  expect(status).toBe(403);
  expect(body.errors[0].detail).toContain("sealstone:audit:list");
});

test("a transaction that is rolled back leaves neither row nor line", async () => {
  const record = service.audit.record(anEvent());
  const failing = database.transaction(async (tx) => {
    await record.insert(tx, { secretId: "other" });
    throw new Error("planted");
  });
  await expect(failing).rejects.toThrow("planted");
  expect((await get()).body.audit_events).toEqual([]);
  expect(lines).toEqual([]);
  await database.transaction((tx) => record.insert(tx, { secretId: "other" }));
  record.tell();
  expect((await get()).body.audit_events).toMatchObject([{ secret_id: "other" }]);
  expect(lines).toHaveLength(1);
});

test("events are kept for ever, or for the days that the operator wants", async () => {
  await write();
  now = start + 400 * 24 * 60 * 60_000;
  const forEver = serviceOf();
  await forEver.start();
  forEver.stop();
  expect((await get()).body.audit_events).toHaveLength(11);
  now = start + 30 * 24 * 60 * 60_000 + 5 * 60_000;
  const limited = serviceOf(30);
  await limited.start();
  limited.stop();
  expect(operations((await get()).body)).toEqual("start 9 8 7 6 5".split(" "));
});

test("versions are told without a token", async () => {
  const ask = async (url: string) => (await app.inject({ url, headers: { host: "cloud.test" } })).json();
  const version = { id: "v1.0", status: "CURRENT", links: [{ href: "http://cloud.test/sealstone/v1" }] };
  expect(await ask("/sealstone")).toMatchObject({ versions: [version] });
  expect(await ask("/sealstone/v1/")).toMatchObject({ version });
});
