import { availableParallelism } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { quickFolder } from "./test/kit/quick-folder.ts";

/** What uses the database: run once more, on PostgreSQL (src/db/testing/each-database.ts). */
const onBothDatabases = [
  "src/{db,saga,identity,image,placement,key-manager,audit,compute}/**/*.test.ts",
  "test/api/**/*.test.ts",
  "test/every-route/**/*.test.ts",
  "test/sagas/**/*.test.ts",
];

/** What os.tmpdir() answers. */
const env = { TMPDIR: await quickFolder() };

/** What tests start again and again is compiled once. */
const compiled = { NODE_COMPILE_CACHE: join(import.meta.dirname, "node_modules", ".cache", "compiled") };

/** Of what is waited for: it only bounds a failure. */
const patience = { timeout: 60_000 };

export default defineConfig({
  test: {
    // Tests wait for timers, child processes and the database: more workers than processors keep these busy.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    // Tests of units share a worker's modules: loading them for each file took a third of the time, and nothing here replaces modules.
    projects: [
      {
        test: {
          name: "unit",
          include: [
            "src/**/*.test.ts",
            "bin/**/*.test.ts",
            "tools/**/*.test.ts",
            "test/api/**/*.test.ts",
            "test/every-route/**/*.test.ts",
            "test/sagas/**/*.test.ts",
            "guest/**/*.test.ts",
          ],
          env,
          testTimeout: 30_000,
          isolate: false,
        },
      },
      {
        test: {
          name: "unit-postgresql",
          include: [...onBothDatabases, "test/postgresql/**/*.test.ts"],
          // The table of modes asks who may do what, which no database decides, and takes longest of all.
          exclude: ["src/*/domain/**", "test/api/tpm-modes*.test.ts", "**/node_modules/**"],
          globalSetup: ["test/kit/prepare-postgresql.ts"],
          env,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          isolate: false,
        },
      },
      {
        test: {
          name: "sim",
          include: ["test/sim/**/*.test.ts"],
          env: { ...env, ...compiled },
          expect: { poll: patience },
          // SIM_KILL_ROUNDS makes it as long as wanted.
          testTimeout: 7_200_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "real-host",
          include: ["test/real-host/**/*.test.ts", "test/compat/**/*.test.ts"],
          globalSetup: ["test/kit/prepare-host.ts"],
          env: compiled,
          // After the others: a guest gives up a TPM that waits long for a processor.
          sequence: { groupOrder: 1 },
          fileParallelism: false,
          expect: { poll: patience },
          testTimeout: 900_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
