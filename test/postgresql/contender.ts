import { once } from "node:events";
import { Secret } from "#base/secret.ts";
import { openPlace } from "#db/testing/index.ts";
import { placementMigrations } from "#placement/index.ts";
import { contestRun } from "../../src/placement/testing/contest.ts";
import { placementOver } from "../../src/placement/testing/start.ts";

/** A process of its own: gets the contest, says that it is ready, begins when it is told to, answers what its clients were told. */

export interface Contest {
  readonly url: string;
  readonly providers: readonly string[];
  readonly clients: number;
  readonly claimsEach: number;
}

process.once("message", (contest: Contest) => void contend(contest));
process.send?.("started");

async function contend({ url, ...options }: Contest): Promise<void> {
  const database = await openPlace(
    { address: { kind: "postgresql", url: new Secret(url) }, remove: () => Promise.resolve() },
    placementMigrations,
  );
  const cloud = placementOver(database);
  process.send?.("ready");
  await once(process, "message");
  process.send?.(await contestRun(cloud, options));
  await cloud.close();
  process.disconnect();
}
