import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll } from "vitest";
import { startRealCloud, type RealCloud, type RealCloudOptions } from "./real-cloud.ts";

/**
 * A cloud for the tests of this file, from before the first to after the last. When one fails, database and log stay
 * on disk; where they are and what the log complains of is printed.
 */
export function realCloudForTests(options: RealCloudOptions = {}): () => RealCloud {
  let cloud: RealCloud | undefined;
  let failed = false;
  beforeAll(async () => {
    cloud = await startRealCloud(options);
  });
  afterEach(({ task }) => {
    failed ||= task.result?.state === "fail";
  });
  afterAll(async () => {
    if (!cloud) return;
    if (failed) console.error(await complaintsOf(cloud.statePath));
    await cloud.remove({ keepState: failed });
  });
  return () => {
    if (!cloud) throw new Error("The cloud is asked for before it was started.");
    return cloud;
  };
}

async function complaintsOf(statePath: string): Promise<string> {
  const log = await readFile(join(statePath, "sealstone.log"), "utf8").catch(() => "");
  const lines = log.split("\n").filter((line) => /"level":[456]0/.test(line));
  return `A test failed: database and log are left in ${statePath}. The log's last complaints:\n${lines.slice(-15).join("\n")}`;
}
