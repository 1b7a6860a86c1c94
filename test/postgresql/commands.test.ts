import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { databasePlace, type DatabasePlace } from "#db/testing/index.ts";

const script = join(import.meta.dirname, "../../src/main/sealstone.ts");
const password = "hunter2";

let place: DatabasePlace;
let state: string;
beforeEach(async () => {
  place = await databasePlace();
  state = await mkdtemp(join(tmpdir(), "sealstone-line-"));
});
afterEach(async () => {
  await place.remove();
  await rm(state, { recursive: true });
});

/** The URL of the test's database, with a password in it. */
function connection(): string {
  if (place.address.kind !== "postgresql") throw new Error("This folder's tests are for PostgreSQL alone.");
  return place.address.url.expose().replace("sealstone@", `sealstone:${password}@`);
}

interface Ended {
  readonly code: unknown;
  readonly said: string;
}

function sealstone(database: string, ...args: string[]): Promise<Ended> {
  const env = { ...process.env, SEALSTONE_DATABASE__CONNECTION: database };
  const line = ["--disable-warning=ExperimentalWarning", script, ...args, "--state-path", state];
  return new Promise((resolve) => {
    execFile(process.execPath, line, { env, timeout: 30_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, said: stdout + stderr }),
    );
  });
}

test("db migrate and db status name the database, never its password", async () => {
  const before = await sealstone(connection(), "db", "status");
  expect(before.said).toMatch(/^PostgreSQL database test_\w+ at sealstone@\/.+\nmissing {2}0001-identity\n/);
  const migrated = await sealstone(connection(), "db", "migrate");
  expect(migrated.said).toMatch(/^PostgreSQL database .*: at the newest schema \(\d+ migrations\)\.\n$/);
  const after = await sealstone(connection(), "db", "status");
  expect(after.said).toMatch(/^applied {2}0001-identity$/m);
  expect(after.said).not.toContain("missing");
  for (const { code, said } of [before, migrated, after]) {
    expect(code, said).toBe(0);
    expect(said).not.toContain(password);
  }
});

test("a database that is not there is one line, for a command and for a control plane", async () => {
  const wrong = connection().replace(/test_\w+/, "nowhere");
  for (const command of [["db", "status"], ["db", "migrate"], ["control-plane"]]) {
    const { code, said } = await sealstone(wrong, ...command);
    expect(said).toMatch(
      /^sealstone: The PostgreSQL database nowhere at .* refuses \(database "nowhere" does not exist\): check .*\n$/,
    );
    expect({ code, told: said.includes(password) }).toEqual({ code: 1, told: false });
  }
});

test("a control plane that cannot start ends at once, and its log has no password", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as { port: number };
  const startedAt = performance.now();
  const { code, said } = await sealstone(connection(), "control-plane", "--port", String(port));
  expect({ code, said }).toEqual({
    code: 1,
    said: expect.stringMatching(/^sealstone: Port \d+ of .* is taken/),
  });
  // pg keeps idle connections, and with them a process, for ten seconds.
  expect(performance.now() - startedAt).toBeLessThan(9_000);
  expect(await readFile(join(state, "sealstone.log"), "utf8")).not.toContain(password);
  taken.close();
});
