import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { systemClock } from "#base/clock.ts";
import type { SecretId } from "#base/ids.ts";
import { silentLogger } from "#base/logger.ts";
import { Secret } from "#base/secret.ts";
import type { Database } from "#db/index.ts";
import { openTestDatabase } from "#db/testing/index.ts";
import type { Caller } from "#http/index.ts";
import { createBarbicanSecrets, type BarbicanOptions } from "./index.ts";
import { barbicanStandIn, type BarbicanStandIn } from "./testing/barbican-stand-in.ts";

let database: Database;
let barbican: BarbicanStandIn;
beforeAll(async () => {
  database = await openTestDatabase({});
  barbican = await barbicanStandIn();
});
afterEach(() => {
  barbican.interfere = () => undefined;
});
afterAll(async () => {
  await barbican.stop();
  await database.close();
});

const token = new Secret("token-of-a-user");
const caller: Caller = {
  userId: "user",
  userName: "user",
  userDomainId: "default",
  projectId: "project",
  projectName: "project",
  projectDomainId: "default",
  domainId: undefined,
  systemScope: false,
  roles: ["creator"],
  token,
};

function secretsAt(endpoint: string | undefined, more: Partial<BarbicanOptions> = {}) {
  const options = { endpoint, endpointType: "public", regionName: undefined, ca: undefined } as const;
  const bounds = {
    sendServiceToken: false,
    verifySsl: true,
    timeoutMs: 5_000,
    retries: 2,
    retryDelayMs: 10,
  };
  const asked = { catalogUrl: async () => undefined, serviceToken: async () => new Secret("the-cloud's") };
  const parts = { database, clock: systemClock, log: silentLogger, ...asked };
  return createBarbicanSecrets({ ...options, ...bounds, ...parts, ...more });
}

const input = (payload: Buffer) =>
  ({
    name: "vTPM secret for instance 1",
    secretType: "passphrase",
    contentType: "application/octet-stream",
    payload,
  }) as const;

async function stored(): Promise<SecretId> {
  return secretsAt(barbican.url).store(caller, input(randomBytes(512)));
}

/** How many requests came while it ran. */
async function requestsOf(work: () => Promise<unknown>): Promise<number> {
  const before = barbican.requests.length;
  await work();
  return barbican.requests.length - before;
}

test("stored, found, read and deleted with the caller's own token", async () => {
  const secrets = secretsAt(barbican.url);
  const payload = randomBytes(512);
  const also: string[] = [];
  const record = async (_tx: unknown, secretId: SecretId): Promise<void> => void also.push(secretId);
  const id = await secrets.store(caller, input(payload), "req-1", record);
  expect(await secrets.payload(caller, id)).toEqual(payload);
  expect(await secrets.findByName("vTPM secret for instance 1", token)).toEqual([id]);
  expect(await secrets.findByName("another", token)).toEqual([]);
  expect(await secrets.deleteAsService(id, "req-2", record, token)).toBeUndefined();
  expect(await secrets.deleteAsService(id, "req-3", record, token)).toBeUndefined();
  expect(also).toEqual([id, id]);
  await expect(secrets.payload(caller, id)).rejects.toMatchObject({
    code: "not-found",
    message: "Secret not found.",
  });
  expect(new Set(barbican.requests.map((request) => request.token))).toEqual(new Set(["token-of-a-user"]));
});

test("a service token goes along with the caller's when it is to", async () => {
  const from = barbican.requests.length;
  await secretsAt(barbican.url).payload(caller, await stored());
  const secrets = secretsAt(barbican.url, { sendServiceToken: true });
  const id = await secrets.store(caller, input(randomBytes(512)));
  await secrets.deleteAsService(id, undefined, undefined, token);
  expect(barbican.requests.slice(from).map((request) => [request.token, request.serviceToken])).toEqual([
    ["token-of-a-user", undefined],
    ["token-of-a-user", undefined],
    ["token-of-a-user", "the-cloud's"],
    ["token-of-a-user", "the-cloud's"],
  ]);
});

test("without anybody's token nothing is asked", async () => {
  const id = await stored();
  const secrets = secretsAt(barbican.url);
  const count = await requestsOf(async () => {
    expect(await secrets.findByName("vTPM secret for instance 1")).toBeUndefined();
    expect(await secrets.deleteAsService(id)).toMatchObject({ code: "unauthenticated" });
  });
  expect(count).toBe(0);
});

test.each([
  [401, "unavailable", /does not accept your token/],
  [403, "forbidden", /^Barbican says 403$/],
  [404, "unavailable", /answers 404: Barbican says 404/],
  [418, "unavailable", /answers 418: Barbican says 418/],
  [500, "unavailable", /answers 500/],
] as const)("an answer of %i is %s, and not tried again", async (status, code, message) => {
  const id = await stored();
  barbican.interfere = () => status;
  const secrets = secretsAt(barbican.url);
  const count = await requestsOf(async () => {
    await expect(secrets.payload(caller, id)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
    await expect(secrets.store(caller, input(Buffer.from("x")))).rejects.toMatchObject({ code });
  });
  expect(count).toBe(2);
  const left = await secrets.deleteAsService(id, undefined, undefined, token);
  expect(left).toMatchObject({ code });
});

test("what may be repeated is tried again a few times, a store that may have worked is not", async () => {
  const id = await stored();
  const secrets = secretsAt(barbican.url);
  for (const way of [503, "reset"] as const) {
    barbican.interfere = () => way;
    const reads = await requestsOf(() =>
      expect(secrets.payload(caller, id)).rejects.toMatchObject({ code: "unavailable" }),
    );
    expect(reads, String(way)).toBe(3);
    const stores = await requestsOf(() =>
      expect(secrets.store(caller, input(Buffer.from("x")))).rejects.toMatchObject({ code: "unavailable" }),
    );
    expect(stores, String(way)).toBe(1);
  }
  const failures: (503 | undefined)[] = [503, undefined];
  barbican.interfere = () => failures.shift();
  expect((await secrets.payload(caller, id)).length).toBe(512);
});

test("a stopped Barbican: a few tries, and one by each who comes while it is known to be down", async () => {
  const other = await barbicanStandIn();
  await other.stop();
  const pauses: number[] = [];
  const secrets = secretsAt(other.url, { retryDelayMs: 200 });
  for (const _ of [1, 2]) {
    const from = performance.now();
    await expect(secrets.store(caller, input(Buffer.from("x")))).rejects.toMatchObject({
      code: "unavailable",
      message: "The key manager (Barbican) cannot be reached (ECONNREFUSED). Try again when it is back.",
    });
    pauses.push(performance.now() - from);
  }
  expect(pauses[0]).toBeGreaterThan(390);
  expect(pauses[1]).toBeLessThan(200);
  await other.start();
  expect(await secrets.store(caller, input(Buffer.from("x")))).toBeTruthy();
  await other.stop();
});

test("a slow Barbican: the time is bounded, and a client that leaves takes its request along", async () => {
  barbican.interfere = () => "hang";
  const { left } = barbican;
  const slow = secretsAt(barbican.url, { timeoutMs: 100 });
  const count = await requestsOf(() =>
    expect(slow.store(caller, input(Buffer.from("x")))).rejects.toMatchObject({
      code: "timeout",
      message: "The key manager (Barbican) takes too long to answer. Try again later.",
    }),
  );
  expect(count).toBe(1);
  const gone = new AbortController();
  const store = secretsAt(barbican.url).store(
    caller,
    input(Buffer.from("x")),
    undefined,
    undefined,
    gone.signal,
  );
  setTimeout(() => gone.abort(), 50);
  await expect(store).rejects.toMatchObject({
    code: "timeout",
    message: "The client closed the connection.",
  });
  await expect.poll(() => barbican.left).toBe(left + 2);
});

test("what is no Barbican does not pass for one without the secret", async () => {
  const id = await stored();
  await expect(secretsAt(`${barbican.url}/elsewhere`).payload(caller, id)).rejects.toMatchObject({
    code: "unavailable",
  });
  const { createServer } = await import("node:http");
  const server = createServer((_request, response) => response.writeHead(404).end("<html>"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  await expect(secretsAt(`http://127.0.0.1:${port}`).payload(caller, id)).rejects.toMatchObject({
    code: "unavailable",
    message: "The key manager (Barbican) answers 404, and not as Barbican does",
  });
  server.close();
});

test("the catalogue says where it is when the configuration does not", async () => {
  const id = await stored();
  const at = (url: string | undefined) => secretsAt(undefined, { catalogUrl: async () => url } as object);
  for (const url of [barbican.url, `${barbican.url}/`, `${barbican.url}/v1`, `${barbican.url}/v1/`])
    expect((await at(url).payload(caller, id)).length).toBe(512);
  await expect(at(undefined).payload(caller, id)).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("no public endpoint of the type key-manager") as string,
  });
});

test("its certificate is checked, against the authorities that the configuration names", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sealstone-barbican-"));
  const [key, cert] = [join(folder, "key"), join(folder, "cert")];
  const subject = ["-subj", "/CN=barbican", "-addext", "subjectAltName=IP:127.0.0.1"];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  await promisify(execFile)("openssl", ["req", "-x509", ...curve, "-keyout", key, "-out", cert, ...subject]);
  const pem = { key: await readFile(key, "utf8"), cert: await readFile(cert, "utf8") };
  await rm(folder, { recursive: true });
  const secure = await barbicanStandIn(pem);
  const store = (more: Partial<BarbicanOptions>): Promise<SecretId> =>
    secretsAt(secure.url, { retries: 0, ...more }).store(caller, input(Buffer.from("x")));
  await expect(store({})).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("DEPTH_ZERO_SELF_SIGNED_CERT") as string,
  });
  expect(secure.requests).toEqual([]);
  expect(await store({ ca: pem.cert })).toBeTruthy();
  expect(await store({ verifySsl: false })).toBeTruthy();
  await secure.stop();
});
