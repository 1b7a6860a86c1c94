import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { databasePlace, openPlace } from "#db/testing/index.ts";
import { placementMigrations } from "#placement/index.ts";
import { contestPrepare, contestStanding, type Statuses } from "../../src/placement/testing/contest.ts";
import type { Contest } from "./contender.ts";

async function contenderStart(): Promise<ChildProcess> {
  const options = { execArgv: ["--disable-warning=ExperimentalWarning"] };
  const child = fork(join(import.meta.dirname, "contender.ts"), options);
  await once(child, "message");
  return child;
}

async function contend(child: ChildProcess): Promise<Statuses> {
  child.send("begin");
  const [statuses] = (await once(child, "message")) as [Statuses];
  await once(child, "exit");
  return statuses;
}

test("two processes with 32 clients each claim the last units of 1 000 providers: one claim of each unit wins", async () => {
  const place = await databasePlace();
  if (place.address.kind !== "postgresql") throw new Error("This folder's tests are for PostgreSQL alone.");
  const [database, ...children] = await Promise.all([
    openPlace(place, placementMigrations),
    contenderStart(),
    contenderStart(),
  ]);
  const providers = await contestPrepare(database, 1_000);
  const contest = { url: place.address.url.expose(), providers, clients: 32, claimsEach: 1 };
  await Promise.all(
    children.map((child) => {
      child.send(contest satisfies Contest);
      return once(child, "message");
    }),
  );
  const told = await Promise.all(children.map(contend));
  const sum = (status: number) => told.reduce((all, each) => all + (each[status] ?? 0), 0);
  expect(
    told.flatMap((each) => Object.keys(each)).filter((status) => !["204", "409"].includes(status)),
  ).toEqual([]);
  expect([sum(204), sum(409)]).toEqual([1_000, 1_000]);
  expect(await contestStanding(database)).toEqual({ units: 1_000, consumers: 1_000, wrong: [] });
  await database.close();
  await place.remove();
}, 180_000);
