import { Secret } from "#base/secret.ts";
import { openDatabaseAt } from "#db/testing/index.ts";
import { placementMigrations } from "#placement/index.ts";
import { contestRun } from "../../src/placement/testing/contest.ts";
import { placementOver } from "../../src/placement/testing/start.ts";

/** A process of its own: says that it is ready, gets the contest, answers with what its clients were told. */

export interface Contest {
  readonly url: string;
  readonly providers: readonly string[];
  readonly clients: number;
  readonly claimsEach: number;
}

process.once("message", (contest: Contest) => void contend(contest));
process.send?.("ready");

async function contend({ url, ...options }: Contest): Promise<void> {
  const database = await openDatabaseAt({ kind: "postgresql", url: new Secret(url) }, placementMigrations);
  const cloud = placementOver(database);
  process.send?.(await contestRun(cloud, options));
  await cloud.close();
  process.disconnect();
}
