import { CloudError } from "#base/errors.ts";
import { silentLogger } from "#base/logger.ts";
import type { Database } from "#db/index.ts";
import { openTestDatabase } from "#db/testing/index.ts";
import { anonymous, createHttpServer, type Caller } from "#http/index.ts";
import { createPlacement, placementMigrations, type Placement } from "../index.ts";

export interface TestAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test reads whatever JSON came
  readonly body: any;
}

export interface TestPlacement {
  readonly placement: Placement;
  readonly database: Database;
  /** `at`: microversion; the token is an administrator's unless another role is named; `headers` come over the usual ones; a text is sent as it is. */
  send(
    method: "GET" | "POST" | "PUT" | "DELETE" | "HEAD" | "OPTIONS",
    path: string,
    options?: { at?: string; body?: unknown; token?: string; headers?: Record<string, string> },
  ): Promise<TestAnswer>;
  close(): Promise<void>;
}

export const nowMs = Date.UTC(2026, 10, 22, 10, 0, 0);

/** Administrators whose tokens are for no project. */
const scopes: Readonly<Record<string, Partial<Caller>>> = {
  "system-admin": { systemScope: true, roles: ["admin"] },
  "domain-admin": { domainId: "d", roles: ["admin"] },
};

/** Tokens are role names or scopes; `""` is none. Users belong to project `p`. */
export async function startPlacement(): Promise<TestPlacement> {
  return placementOver(await openTestDatabase(placementMigrations));
}

/** On a database that is there; `close` closes it. */
export function placementOver(database: Database): TestPlacement {
  const clock = { now: () => nowMs };
  const placement = createPlacement({ database, clock, log: silentLogger });
  const app = createHttpServer({
    services: [placement.service],
    authenticate: (token) =>
      scopes[token] !== undefined
        ? Promise.resolve({ ...anonymous, userId: "u", ...scopes[token] })
        : ["admin", "reader", "service", "member"].includes(token)
          ? Promise.resolve({ ...anonymous, userId: "u", projectId: "p", roles: [token] })
          : Promise.reject(
              new CloudError("unauthenticated", "The request you have made requires authentication."),
            ),
    log: silentLogger,
    clock,
  });
  return {
    placement,
    database,
    async send(method, path, { at = "1.39", body, token = "admin", headers } = {}) {
      const answer = await app.inject({
        method,
        url: `/placement${path}`,
        headers: {
          "x-auth-token": token,
          "openstack-api-version": `placement ${at}`,
          ...(typeof body === "object" ? { "content-type": "application/json" } : {}),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      return {
        status: answer.statusCode,
        headers: answer.headers,
        body:
          answer.body === "" || !String(answer.headers["content-type"]).includes("json")
            ? answer.body || undefined
            : answer.json(),
      };
    },
    async close() {
      await app.close();
      await database.close();
    },
  };
}
