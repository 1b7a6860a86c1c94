import { Type } from "typebox";
import { expect, test } from "vitest";
import { CloudError } from "#base/errors.ts";
import { silentLogger } from "#base/logger.ts";
import {
  anonymous,
  computeEnvelope,
  createHttpServer,
  identityEnvelope,
  operation,
  route,
  type Service,
} from "#http/index.ts";
import type { Fixtures } from "./fixtures.ts";
import { missingList, openPlacesOf, staleList } from "./good-request.ts";
import { rowsOf } from "./rows.ts";
import { goodWrite } from "./token-ways.ts";
import { walk } from "./walk.ts";
import { ways } from "./ways.ts";

const tokens = { admin: "admin", owner: "owner", spare: "spare", foreign: "foreign", expired: "expired" };
const fixtures = {
  tokens,
  foreign: { userId: "foreign", projectId: "foreign" },
  ownerProjectId: "owners-project",
  serverId: "the-server",
  imageId: "the-image",
  secretId: "the-secret",
  containerId: "the-container",
  orderId: "the-order",
  serverGroupId: "the-group",
  flavorId: "the-flavor",
  ownerUserId: "the-owner",
  applicationCredentialId: "the-application-credential",
  accessRuleId: "the-access-rule",
  trustId: "the-trust",
  credentialId: "the-credential",
  ec2Access: "the-access",
  limitId: "the-limit",
  host: { id: "the-host", number: "1", hostname: "the-host" },
} as Fixtures;

const closed = { additionalProperties: false };
const body = Type.Object({ name: Type.String() }, closed);
const path = "/v2.1/servers/:id/planted";

/** The faults of a service with one route, by the way that finds them; `state` is its database. */
async function faultsOf(
  planted: Partial<Service["routes"][number]>,
  more: Partial<Service> & { readonly everybody?: true; readonly state?: { rows: number } } = {},
): Promise<Record<string, readonly string[]>> {
  const { everybody, state = { rows: 0 }, ...service } = more;
  const only = { ...route("PUT", path, good, { policy: "planted", enforcedByApp: true }), ...planted };
  const services: Service[] = [
    {
      type: "compute",
      prefix: "/compute",
      envelope: computeEnvelope,
      microversions: { min: "2.1", max: "2.96", default: "2.1" },
      routes: [only],
      policyRules: { planted: "role:admin or project_id:%(project_id)s" },
      deps: {},
      ...service,
    },
  ];
  const http = createHttpServer({
    services,
    authenticate: async (token) => {
      if (everybody !== true && !["admin", "owner", "foreign"].includes(token))
        throw new CloudError("unauthenticated", "The request you have made requires authentication.");
      return {
        ...anonymous,
        userId: token,
        projectId: token,
        roles: token === "admin" ? ["admin"] : ["member"],
      };
    },
    log: silentLogger,
    clock: { now: () => 0 },
  });
  const rows = rowsOf(services);
  const dump = () => Promise.resolve(new Map([["planted_rows", String(state.rows)]]));
  const lists: [string, readonly string[]][] = [
    ["missing", missingList(rows, fixtures)],
    ["open", rows.flatMap((row) => openPlacesOf(row))],
  ];
  for (const way of [...ways, goodWrite])
    lists.push([
      way.name,
      (await walk({ http, dump, rows, fixtures, settled: () => Promise.resolve() }, way)).faults,
    ]);
  return Object.fromEntries(lists.filter(([, faults]) => faults.length > 0));
}

function refuseOthers(ctx: { readonly caller: { readonly projectId: string | undefined } }): void {
  if (ctx.caller.projectId === "foreign") throw new CloudError("not-found", "There is no such server.");
}

const good = operation({
  body,
  handle: async (ctx) => refuseOthers(ctx),
});

test("a good route has no faults", async () => {
  expect(await faultsOf({})).toEqual({});
});

test("a route that needs no token, and one that takes any", async () => {
  expect(await faultsOf({}, { everybody: true })).toMatchObject({
    "expired token, token that never was": [expect.stringContaining("204 instead of 401"), expect.anything()],
  });
});

test("a route that lets other projects in", async () => {
  const handle = () => Promise.resolve({});
  expect(await faultsOf({ operation: operation({ body, handle }) })).toEqual({
    "token of a foreign project": [`compute PUT ${path}, at 2.96: 200 instead of 404: {}`],
  });
});

test("a list that names what is another project's", async () => {
  const handle = () => Promise.resolve({ servers: ["the-server"] });
  const list = { method: "GET", path: "/v2.1/planted", operation: operation({ handle }) } as const;
  expect(await faultsOf(list)).toEqual({
    "token of a foreign project": ["compute GET /v2.1/planted, at 2.96: names the-server of the owner"],
  });
});

test("a route that writes before it looks", async () => {
  const state = { rows: 0 };
  const handle = async (ctx: Parameters<typeof refuseOthers>[0]): Promise<void> => {
    state.rows += 1;
    refuseOthers(ctx);
  };
  expect(await faultsOf({ operation: operation({ body, handle }) }, { state })).toEqual({
    "token of a foreign project": [`compute PUT ${path}: changed planted_rows`],
  });
});

test("an open body, a body of any kind", async () => {
  const of = (schema: Parameters<typeof Type.Optional>[0]) =>
    faultsOf({ operation: operation({ body: schema, handle: async (ctx) => refuseOthers(ctx) }) });
  expect(await of(Type.Object({ name: Type.String() }))).toEqual({
    open: [`compute PUT ${path}: the body`],
  });
  expect(await of(Type.Unknown())).toEqual({
    missing: [
      `add "compute PUT ${path}" with wrongBodies to examples.ts: its schema refuses nothing (for PUT ${path})`,
    ],
  });
});

test("another service's envelope", async () => {
  const faults = await faultsOf({}, { envelope: identityEnvelope });
  expect(Object.keys(faults)).toEqual(
    expect.arrayContaining([
      "token of a foreign project",
      "unknown microversion",
      "malformed JSON",
      "body of 20 MB",
    ]),
  );
});

test("a failure inside", async () => {
  const fail = () => Promise.reject(new Error("planted"));
  const writing = await faultsOf({ operation: operation({ body, handle: fail }) });
  expect(writing["a good request, where it writes"]).toEqual([
    expect.stringContaining("500 instead of success"),
  ]);
  const faults = await faultsOf({ operation: operation({ handle: fail }), method: "GET" });
  expect(faults["a good request, where it reads"]).toEqual([
    expect.stringContaining("500 instead of success"),
  ]);
});

test("a route that the walk cannot ask for", async () => {
  const pattern = Type.Object({ name: Type.String({ pattern: "^wanted [0-9]$" }) }, closed);
  const faults = await faultsOf({
    path: "/v2.1/planted/:id",
    operation: operation({ body: pattern, handle: async () => undefined }),
  });
  expect(faults["missing"]).toEqual([
    `add "/v2.1/planted/:id" to path-parameters.ts, under "compute" (for PUT /v2.1/planted/:id)`,
    `add "compute PUT /v2.1/planted/:id" with a body to examples.ts: none could be made from its schema (for PUT /v2.1/planted/:id)`,
  ]);
});

test("lines of the tables that no route needs", () => {
  expect(staleList([], fixtures)).toEqual(
    expect.arrayContaining(["placement GET /usages", "identity :user_id", "compute /v2.1/servers/:id"]),
  );
});
