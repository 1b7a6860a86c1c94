import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudError } from "#base/errors.ts";
import type { Logger } from "#base/logger.ts";
import type { Database } from "#db/index.ts";
import { openTestDatabase } from "#db/testing/index.ts";
import { anonymous, createHttpServer, type Caller } from "#http/index.ts";
import { createPolicy, type PolicyRules } from "#policy/index.ts";
import { createKeyManager, keyManagerMigrations, keyManagerPolicyRules, type KeyManager } from "../index.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly bytes: Buffer;
  /** Parsed JSON; empty when the answer is none. */
  readonly json: Record<string, never>;
}

export interface TestKeyManager {
  readonly folder: string;
  readonly masterKeyPath: string;
  readonly database: Database;
  readonly keyManager: KeyManager;
  /** Everything logged, as JSON lines' content. */
  readonly logged: Readonly<Record<string, unknown>>[];
  /** The test's clock. */
  now(): number;
  advance(milliseconds: number): void;
  send(
    token: string,
    method: Method,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  /** POSTs what must be made; the path, after the service's prefix, of the `…_ref` that was answered. */
  make(token: string, path: string, body: object): Promise<string>;
  close(): Promise<void>;
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** The token `project/user/role,role` is that caller's. */
export function callerOf(token: string): Caller {
  const [projectId = "", userId = "", roles = ""] = token.split("/");
  if (userId === "")
    throw new CloudError("unauthenticated", "The request you have made requires authentication.");
  return {
    ...anonymous,
    userId,
    userName: userId,
    projectId: projectId === "" ? undefined : projectId,
    roles: roles.split(","),
  };
}

/** `rules`: an operator's, over the default ones. */
export async function startKeyManager(rules: PolicyRules = {}): Promise<TestKeyManager> {
  const folder = await mkdtemp(join(tmpdir(), "sealstone-key-manager-"));
  const masterKeyPath = join(folder, "master.key");
  const database = await openTestDatabase(keyManagerMigrations, { folder });
  let now = Date.parse("2026-11-22T10:00:00Z");
  const clock = { now: () => now };
  const logged: Record<string, unknown>[] = [];
  const log = recordingLogger(logged);
  const policy = createPolicy({ ...keyManagerPolicyRules, ...rules });
  const keyManager = await createKeyManager({ database, clock, log, masterKeyPath, policy });
  const app = createHttpServer({
    services: [keyManager.service],
    authenticate: async (token) => callerOf(token),
    policy,
    log,
    clock,
  });
  const send: TestKeyManager["send"] = async (token, method, path, body, headers = {}) => {
    const json = body !== undefined && typeof body !== "string" && !Buffer.isBuffer(body);
    const answer = await app.inject({
      method,
      url: `/key-manager${path}`,
      headers: {
        host: "cloud.test:8700",
        "x-auth-token": token,
        ...(json ? { "content-type": "application/json" } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: json ? JSON.stringify(body) : body }),
    });
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text: answer.body,
      bytes: answer.rawPayload,
      json: /json/.test(String(answer.headers["content-type"])) ? answer.json() : {},
    };
  };
  return {
    folder,
    masterKeyPath,
    database,
    keyManager,
    logged,
    now: () => now,
    advance: (milliseconds) => void (now += milliseconds),
    send,
    async make(token, path, body) {
      const { status, text } = await send(token, "POST", path, body);
      if (status >= 300) throw new Error(`POST ${path}: ${status} ${text}`);
      const [ref = ""] = Object.values(JSON.parse(text) as Record<string, string>);
      return new URL(ref).pathname.slice("/key-manager".length);
    },
    async close() {
      await app.close();
      await keyManager.stop();
      await database.close();
      await rm(folder, { recursive: true });
    },
  };
}

function recordingLogger(
  lines: Record<string, unknown>[],
  bound: Readonly<Record<string, unknown>> = {},
): Logger {
  const write = (fields: Readonly<Record<string, unknown>>, message: string): void => {
    lines.push({ ...bound, ...fields, message });
  };
  return {
    debug: write,
    info: write,
    warn: write,
    error: write,
    child: (fields) => recordingLogger(lines, { ...bound, ...fields }),
  };
}
