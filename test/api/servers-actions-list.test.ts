import { afterAll, beforeAll, expect, test } from "vitest";
import { imageMake, type Answer } from "../kit/client.ts";
import { serverKit } from "../kit/servers.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

let cloud: TestCloud;
let path: string;
const { made, settled } = serverKit(() => cloud);

beforeAll(async () => {
  cloud = await startTestCloud();
  const id = await made(cloud.demo, await imageMake(cloud.demo));
  path = `/compute/v2.1/servers/${id}/os-instance-actions`;
  for (const action of ["pause", "unpause"]) {
    await cloud.demo.send("POST", `/compute/v2.1/servers/${id}/action`, { [action]: null });
    await settled(id);
  }
});
afterAll(() => cloud.stop());

const list = (query: string, version = "2.96"): Promise<Answer> =>
  cloud.demo.send("GET", `${path}?${query}`, undefined, version);
const actionsOf = (answer: Answer): string[] =>
  (answer.body.instanceActions as { action: string }[]).map(({ action }) => action);

test("pages follow their links to the end", async () => {
  const seen: string[] = [];
  let next: string | undefined = `${path}?limit=2`;
  while (next !== undefined) {
    const answer = await cloud.demo.send("GET", next, undefined, "2.58");
    seen.push(...actionsOf(answer));
    const href: string | undefined = answer.body.links?.[0].href;
    next = href?.slice(cloud.url.length);
  }
  expect(seen).toEqual(["unpause", "pause", "create"]);
});

test.each([
  ["changes-since=2999-01-01T00:00:00Z", 0],
  ["changes-since=2000-01-01T00:00:00Z", 3],
  ["changes-before=2000-01-01T00:00:00Z", 0],
  ["limit=1", 1],
])("%s: %i actions", async (query, count) => {
  expect(actionsOf(await list(query))).toHaveLength(count);
});

test.each(["marker=req-unknown", "limit=-1", "changes-since=x", "unknown=1", "limit=1&limit=2"])(
  "%s is 400, and without meaning below 2.58",
  async (query) => {
    expect((await list(query)).status).toBe(400);
    expect(actionsOf(await list(query, "2.57"))).toHaveLength(3);
  },
);

test("changes-before is unknown below 2.66", async () => {
  expect((await list("changes-before=2000-01-01T00:00:00Z", "2.65")).status).toBe(400);
});

test("an action says who asked for it, and for which project the token was", async () => {
  const server = path.replace("/os-instance-actions", "/action");
  expect((await cloud.admin.send("POST", server, { lock: null })).status).toBe(202);
  expect((await cloud.admin.send("POST", server, { unlock: null })).status).toBe(202);
  const { instanceActions } = (await list("")).body as { instanceActions: object[] };
  const by = ({ userId, projectId }: typeof cloud.admin) => ({ user_id: userId, project_id: projectId });
  expect(instanceActions).toMatchObject([
    { action: "unlock", ...by(cloud.admin) },
    { action: "lock", ...by(cloud.admin) },
    { action: "unpause", ...by(cloud.demo) },
    { action: "pause", ...by(cloud.demo) },
    { action: "create", ...by(cloud.demo) },
  ]);
});
