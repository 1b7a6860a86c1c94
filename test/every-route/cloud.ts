import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { sleep } from "#base/clock.ts";
import { silentLogger } from "#base/logger.ts";
import { createInProcessBus } from "#bus/index.ts";
import { databasePlace } from "#db/testing/index.ts";
import type { Service } from "#http/index.ts";
import { testPasswordCost } from "#identity/testing/password-cost.ts";
import { sealKeyPairLoad } from "#seal/index.ts";
import { allMigrations, controlPlaneAssemble } from "../../src/main/control-plane.ts";
import { scriptedHostStart } from "../kit/scripted-host.ts";
import { databaseWatch, type DatabaseWatch } from "./database-watch.ts";
import { fixturesMake, type Accounts, type Fixtures } from "./fixtures.ts";
import { send } from "./rows.ts";

/** A whole control plane on no port, with one of each thing that a route can name. */
export interface WalkCloud {
  readonly http: FastifyInstance;
  readonly services: readonly Service[];
  readonly watch: DatabaseWatch;
  readonly fixtures: Fixtures;
  stop(): Promise<void>;
}

export async function walkCloudStart(): Promise<WalkCloud> {
  const statePath = await mkdtemp(join(tmpdir(), "sealstone-walk-"));
  const place = await databasePlace(allMigrations);
  const bus = createInProcessBus();
  const { http, services, ...controlPlane } = await controlPlaneAssemble({
    statePath,
    database: place.address,
    replicaId: "control-plane test",
    publicUrl: "http://localhost",
    bus,
    log: silentLogger,
    guest: undefined,
    passwordCost: testPasswordCost,
  });
  const key = await sealKeyPairLoad(join(statePath, "host.key"));
  const host = await scriptedHostStart(bus, key, "0f8fad5b-d9cb-469f-a165-70867728950e");
  const watch = await databaseWatch(place.address);
  const accounts = await accountsMake(http, statePath);
  const fixtures = await fixturesMake(
    (token, method, url, body, version, headers) =>
      send(http, { token, method, url, body, version, headers }),
    accounts,
  );
  const expired = await expiredToken(http, accounts);
  return {
    http,
    services,
    watch,
    fixtures: { ...fixtures, tokens: { ...fixtures.tokens, expired } },
    async stop() {
      await watch.close();
      await controlPlane.stop();
      host.stop();
      await place.remove();
      await rm(statePath, { recursive: true, force: true });
    },
  };
}

interface Session {
  readonly token: string;
  readonly userId: string;
  readonly projectId: string;
}

async function signIn(
  http: FastifyInstance,
  name: string,
  password: string,
  project: string,
): Promise<Session> {
  const domain = { id: "default" };
  const identity = { methods: ["password"], password: { user: { name, domain, password } } };
  const body = { auth: { identity, scope: { project: { name: project, domain } } } };
  const answer = await send(http, { method: "POST", url: "/identity/v3/auth/tokens", body });
  const { token } = answer.json as { token: { user: { id: string }; project: { id: string } } };
  return {
    token: String(answer.headers["x-subject-token"]),
    userId: token.user.id,
    projectId: token.project.id,
  };
}

/** One got by an application credential, and as long as that one, which is a second. */
async function expiredToken(http: FastifyInstance, { tokens, ownerUserId }: Accounts): Promise<string> {
  const expiresAt = Date.now() + 1_000;
  const made = await send(http, {
    token: tokens.owner,
    method: "POST",
    url: `/identity/v3/users/${ownerUserId}/application_credentials`,
    body: {
      application_credential: { name: "expiring", expires_at: new Date(expiresAt).toISOString() },
    },
  });
  const { id, secret } = (made.json as { application_credential: { id: string; secret: string } })
    .application_credential;
  const identity = { methods: ["application_credential"], application_credential: { id, secret } };
  const issued = await send(http, {
    method: "POST",
    url: "/identity/v3/auth/tokens",
    body: { auth: { identity } },
  });
  await sleep(expiresAt + 1 - Date.now());
  return String(issued.headers["x-subject-token"]);
}

async function passwordOf(statePath: string, file: string): Promise<string> {
  return /OS_PASSWORD=(\S+)/.exec(await readFile(join(statePath, file), "utf8"))?.[1] ?? "";
}

/** Beside the two of every new cloud a member of a project of their own. */
async function accountsMake(http: FastifyInstance, statePath: string): Promise<Accounts> {
  const password = await passwordOf(statePath, "openrc");
  const first = await signIn(http, "admin", password, "admin");
  const owner = await signIn(http, "demo", await passwordOf(statePath, "openrc-demo"), "demo");
  const ask = async (method: "GET" | "POST" | "PUT", path: string, body?: object) =>
    (await send(http, { token: first.token, method, url: `/identity/v3/${path}`, body })).json;
  const { project } = await ask("POST", "projects", { project: { name: "foreign" } });
  const { user } = await ask("POST", "users", { user: { name: "foreign", password: "walked" } });
  const [role] = (await ask("GET", "roles?name=member")).roles;
  await ask("PUT", `projects/${project.id}/users/${user.id}/roles/${role.id}`);
  // What administrators leave to services is asked for by the administrator too.
  const [service] = (await ask("GET", "roles?name=service")).roles;
  await ask("PUT", `projects/${first.projectId}/users/${first.userId}/roles/${service.id}`);
  const admin = await signIn(http, "admin", password, "admin");
  const spare = await signIn(http, "demo", await passwordOf(statePath, "openrc-demo"), "demo");
  const foreign = await signIn(http, "foreign", "walked", "foreign");
  return {
    tokens: {
      admin: admin.token,
      owner: owner.token,
      spare: spare.token,
      foreign: foreign.token,
      expired: "",
    },
    foreign,
    ownerProjectId: owner.projectId,
    ownerUserId: owner.userId,
    adminUserId: admin.userId,
    adminProjectId: admin.projectId,
  };
}
