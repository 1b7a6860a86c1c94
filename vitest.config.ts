import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: [
            "src/**/*.test.ts",
            "bin/**/*.test.ts",
            "tools/**/*.test.ts",
            "test/api/**/*.test.ts",
            "test/sagas/**/*.test.ts",
            "guest/**/*.test.ts",
          ],
          testTimeout: 30_000,
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
