import { inspect } from "node:util";
import { expect, test } from "vitest";
import { CloudError } from "#base/errors.ts";
import { Secret } from "#base/secret.ts";
import { databaseLabel, openDatabase, type DatabaseAddress } from "./index.ts";
import { createSerialize } from "./serializable.ts";

function at(url: string): DatabaseAddress {
  return { kind: "postgresql", url: new Secret(url) };
}

test.each([
  ["postgresql://u:hunter2@db.example.org:5433/cloud", "PostgreSQL database cloud at u@db.example.org:5433"],
  ["postgres://h/d?user=u&password=hunter2", "PostgreSQL database d at u@h"],
  ["postgresql://u:hunter2@/d?host=/run/postgresql", "PostgreSQL database d at u@/run/postgresql"],
  ["postgresql://%2Frun%2Fpostgresql/d", "PostgreSQL database d at /run/postgresql"],
])("%s is called %s", (url, label) => {
  expect(databaseLabel(at(url))).toBe(label);
});

test.each([
  ["postgresql://u:hunter2@127.0.0.1:1/cloud", /does not answer \(.*ECONNREFUSED/],
  ["postgresql://u:hunter2@/cloud?host=/nowhere", /does not answer \(.*ENOENT/],
  ["postgresql://u:hunter2@127.0.0.1:1/cloud?sslmode=verify-full&sslrootcert=/nowhere", /ENOENT/],
])("a server that is not there is one line without the password: %s", async (url, said) => {
  const error: unknown = await openDatabase({ address: at(url), migrations: {} }).catch(
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof CloudError)) throw error;
  expect(error.code).toBe("unavailable");
  expect(error.message).toMatch(said);
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("hunter2");
});

function sqlError(code: string): Error {
  return Object.assign(new Error(`SQLSTATE ${code}`), { code });
}

test.each(["40001", "40P01", "23505", "23503"])("%s is begun anew", async (code) => {
  let runs = 0;
  const result = await createSerialize()(async () => {
    runs += 1;
    if (runs < 3) throw sqlError(code);
    return "done";
  });
  expect({ result, runs }).toEqual({ result: "done", runs: 3 });
});

test("what keeps losing ends as unavailable; other errors come out at once", async () => {
  let runs = 0;
  const losing = createSerialize()(async () => {
    runs += 1;
    throw sqlError("40001");
  });
  await expect(losing).rejects.toMatchObject({ code: "unavailable" });
  expect(runs).toBe(12);
  runs = 0;
  const wrong = createSerialize()(async () => {
    runs += 1;
    throw sqlError("42601");
  });
  await expect(wrong).rejects.toThrow("SQLSTATE 42601");
  expect(runs).toBe(1);
});
