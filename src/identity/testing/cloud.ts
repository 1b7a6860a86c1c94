import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "#base/logger.ts";
import { Secret } from "#base/secret.ts";
import type { Database } from "#db/index.ts";
import { openTestDatabase } from "#db/testing/index.ts";
import { createHttpServer } from "#http/index.ts";
import { createKeyManager, keyManagerMigrations } from "#key-manager/index.ts";
import {
  createIdentity,
  identityMigrations,
  identitySealedValues,
  type CatalogService,
  type Identity,
} from "../index.ts";
import { testPasswordCost } from "./password-cost.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  // oxlint-disable-next-line typescript/no-explicit-any -- answers are looked into by tests alone
  readonly body: any;
}

export interface TestCloud {
  readonly identity: Identity;
  readonly database: Database;
  /** Milliseconds to add to the clock. */
  readonly clock: { offsetMs: number; now(): number };
  /** Below `/identity`, or to the key manager, whose boxes it has. */
  send(method: Method, path: string, options?: SendOptions): Promise<Answer>;
  /** The token of a sign-in; fails the test when it is refused. */
  signIn(name: string, password: string, scope?: unknown): Promise<string>;
  close(): Promise<void>;
}

type Method = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";

interface SendOptions {
  readonly token?: string;
  readonly subject?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export const passwords = { admin: "admin-pass-1", demo: "demo-pass-1" };

const publicEndpoint = "http://127.0.0.1:8700";
const url = "$(public_endpoint)s/compute/v2.1";
export const catalog: readonly CatalogService[] = [
  {
    id: "s1",
    type: "compute",
    name: "nova",
    endpoints: [
      { id: "e1", interface: "public", region: "RegionOne", url },
      { id: "e2", interface: "internal", region: "RegionOne", url },
    ],
  },
];

/** A real identity service on a database of its own, after its bootstrap. */
export async function startTestCloud(
  options: Pick<Parameters<typeof createIdentity>[0], "allowExpiredSeconds" | "federation"> = {},
): Promise<TestCloud> {
  const database = await openTestDatabase({ ...identityMigrations, ...keyManagerMigrations });
  const clock = { offsetMs: 0, now: (): number => Date.now() + clock.offsetMs };
  const folder = await mkdtemp(join(tmpdir(), "sealstone-identity-"));
  const parts = { database, clock, log: silentLogger };
  const keyManager = await createKeyManager({ ...parts, masterKeyPath: join(folder, "master.key") });
  const box = keyManager.boxFor(identitySealedValues);
  const identity = createIdentity({
    ...parts,
    ...options,
    box,
    publicEndpoint,
    passwordCost: testPasswordCost,
  });
  await identity.bootstrap({
    adminPassword: new Secret(passwords.admin),
    demoPassword: new Secret(passwords.demo),
    catalog,
  });
  const { service, authenticate } = identity;
  const services = [service, keyManager.service];
  const app = createHttpServer({ services, authenticate, log: silentLogger, clock });
  const send: TestCloud["send"] = async (method, path, { token, subject, body, headers } = {}) => {
    const answer = await app.inject({
      method,
      url: path.startsWith("/key-manager/") ? path : `/identity${path}`,
      headers: {
        ...(token === undefined ? {} : { "x-auth-token": token }),
        ...(subject === undefined ? {} : { "x-subject-token": subject }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    });
    const isJson = answer.headers["content-type"] === "application/json";
    const json: unknown = answer.body === "" ? undefined : isJson ? answer.json() : answer.body;
    return { status: answer.statusCode, headers: answer.headers, body: json };
  };
  return {
    identity,
    database,
    clock,
    send,
    async signIn(name, password, scope) {
      const answer = await send("POST", "/v3/auth/tokens", { body: passwordAuth(name, password, scope) });
      if (answer.status !== 201) throw new Error(`sign-in of ${name} was answered ${answer.status}`);
      return answer.headers["x-subject-token"] as string;
    },
    async close() {
      await app.close();
      await keyManager.stop();
      await database.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** As keystoneauth's v3password sends it. */
export function passwordAuth(name: string, password: string, scope?: unknown): object {
  const user = { name, domain: { name: "Default" }, password };
  return {
    auth: {
      identity: { methods: ["password"], password: { user } },
      ...(scope === undefined ? {} : { scope }),
    },
  };
}

export function tokenAuth(id: string, scope?: unknown): object {
  return {
    auth: { identity: { methods: ["token"], token: { id } }, ...(scope === undefined ? {} : { scope }) },
  };
}

export function projectScope(name: string): object {
  return { project: { name, domain: { id: "default" } } };
}
