import { defineConfig } from "vitest/config";

/** What uses the database: run once more, on PostgreSQL (src/db/testing/each-database.ts). */
const onBothDatabases = [
  "src/{db,saga,identity,image,placement,key-manager,audit,compute}/**/*.test.ts",
  "test/api/**/*.test.ts",
  "test/every-route/**/*.test.ts",
  "test/sagas/**/*.test.ts",
];

export default defineConfig({
  test: {
    // Tests wait for timers, files and the database: one worker per processor, where vitest would leave one idle.
    maxWorkers: "100%",
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
          testTimeout: 30_000,
          isolate: false,
        },
      },
      {
        test: {
          name: "unit-postgresql",
          include: [...onBothDatabases, "test/postgresql/**/*.test.ts"],
          exclude: ["src/*/domain/**", "**/node_modules/**"],
          globalSetup: ["test/kit/prepare-postgresql.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          isolate: false,
        },
      },
      {
        test: {
          name: "sim",
          include: ["test/sim/**/*.test.ts"],
          fileParallelism: false,
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
          fileParallelism: false,
          testTimeout: 900_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
