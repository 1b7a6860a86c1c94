import { afterAll, beforeAll, expect, test } from "vitest";
import type { Service } from "#http/index.ts";
import { apiServices, type ApiService } from "../../tools/api/services.ts";
import { walkCloudStart, type WalkCloud } from "./cloud.ts";
import { eventually } from "../kit/client.ts";
import { missing, missingList, openPlacesOf, staleList } from "./good-request.ts";
import { rowsOf, send } from "./rows.ts";
import { goodWrite, writeOrder } from "./token-ways.ts";
import { walk } from "./walk.ts";
import { ways } from "./ways.ts";

let cloud: WalkCloud;
beforeAll(async () => {
  cloud = await walkCloudStart();
});
afterAll(() => cloud.stop());

test("every route has what the walk needs to ask for it well", () => {
  const rows = rowsOf(cloud.services);
  expect(rows.length).toBeGreaterThan(200);
  expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
  expect(missingList(rows, cloud.fixtures)).toEqual([]);
});

test("no line of its tables is about a route that is gone", () => {
  expect(staleList(rowsOf(cloud.services), cloud.fixtures)).toEqual([]);
});

test("bodies are closed where the real service closes them", () => {
  expect(rowsOf(cloud.services).flatMap((row) => openPlacesOf(row))).toEqual([]);
});

test("docs/api is about these services", () => {
  const facts = ({ type, prefix, envelope, microversions, routes }: ApiService | Service) => {
    return { type, prefix, envelope, microversions, routes };
  };
  const byType = (left: { type: string }, right: { type: string }) => left.type.localeCompare(right.type);
  const running = cloud.services.map((service) => facts(service)).toSorted(byType);
  expect(apiServices.map((service) => facts(service)).toSorted(byType)).toEqual(running);
});

// Last the one that writes: it deletes what the others ask for.
test.each([...ways, goodWrite])("$name", async (way) => {
  const { http, services, watch, fixtures } = cloud;
  const rows = writeOrder(rowsOf(services).filter((row) => missing(row, fixtures).length === 0));
  const { requests, faults } = await walk({ http, dump: watch.dump, rows, fixtures, settled }, way);
  expect(faults).toEqual([]);
  expect(requests).toBeGreaterThan(0);
});

async function settled(): Promise<void> {
  const url = "/compute/v2.1/servers/detail?all_tenants=1";
  const token = cloud.fixtures.tokens.admin;
  await eventually(async () => {
    const { json } = await send(cloud.http, { method: "GET", url, token, version: "2.96" });
    const servers = json.servers as readonly Readonly<Record<string, unknown>>[];
    return servers.every((server) => server["OS-EXT-STS:task_state"] === null) ? true : undefined;
  });
}
