import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "#base/logger.ts";
import { createInProcessBus, type Bus } from "#bus/index.ts";
import { sealKeyPairLoad } from "#seal/index.ts";
import { controlPlaneStart, type ControlPlane } from "../../src/main/control-plane.ts";
import { scriptedHostStart, type ScriptedHost } from "./scripted-host.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every shape
  readonly body: any;
}

export interface Client {
  readonly token: string;
  readonly projectId: string;
  readonly userId: string;
  /** `version`: compute microversion. */
  send(method: string, path: string, body?: unknown, version?: string): Promise<Answer>;
}

export interface TestCloud {
  readonly url: string;
  readonly statePath: string;
  readonly bus: Bus;
  readonly host: ScriptedHost;
  readonly admin: Client;
  readonly demo: Client;
  /** Password authentication of any user, scoped to a project by name. */
  client(user: string, password: string, project: string): Promise<Client>;
  /** Ends the control plane and starts it again on the same state. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A whole control plane in this process, over real HTTP, with one scripted host. */
export async function startTestCloud(): Promise<TestCloud> {
  const statePath = await mkdtemp(join(tmpdir(), "sealstone-cloud-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const bus = createInProcessBus();
  const start = (): Promise<ControlPlane> =>
    controlPlaneStart({
      statePath,
      databasePath: join(statePath, "sealstone.sqlite"),
      address: "127.0.0.1",
      port,
      publicUrl: url,
      bus,
      log: silentLogger,
      guest: undefined,
    });
  let controlPlane = await start();
  const key = await sealKeyPairLoad(join(statePath, "host.key"));
  const host = await scriptedHostStart(bus, key, "0f8fad5b-d9cb-469f-a165-70867728950e");
  const client = (user: string, password: string, project: string): Promise<Client> => authenticate(url, { user, password, project });
  const passwordOf = async (file: string): Promise<string> =>
    /OS_PASSWORD=(\S+)/.exec(await readFile(join(statePath, file), "utf8"))?.[1] ?? "";
  return {
    url,
    statePath,
    bus,
    host,
    admin: await client("admin", await passwordOf("openrc"), "admin"),
    demo: await client("demo", await passwordOf("openrc-demo"), "demo"),
    client,
    async restart() {
      await controlPlane.stop();
      controlPlane = await start();
    },
    async stop() {
      await controlPlane.stop();
      host.stop();
      await rm(statePath, { recursive: true, force: true });
    },
  };
}

async function authenticate(url: string, who: { user: string; password: string; project: string }): Promise<Client> {
  const domain = { id: "default" };
  const answer = await fetch(`${url}/identity/v3/auth/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      auth: {
        identity: { methods: ["password"], password: { user: { name: who.user, domain, password: who.password } } },
        scope: { project: { name: who.project, domain } },
      },
    }),
  });
  const { token } = (await answer.json()) as { token: { project: { id: string }; user: { id: string } } };
  const value = answer.headers.get("x-subject-token") ?? "";
  return {
    token: value,
    projectId: token.project.id,
    userId: token.user.id,
    send: (method, path, body, version) => send(url + path, { method, body, version, token: value }),
  };
}

async function send(
  url: string,
  request: { method: string; body: unknown; version: string | undefined; token: string },
): Promise<Answer> {
  const bytes = request.body instanceof Uint8Array;
  const answer = await fetch(url, {
    method: request.method,
    headers: {
      "x-auth-token": request.token,
      ...(request.body === undefined ? {} : { "content-type": bytes ? "application/octet-stream" : "application/json" }),
      ...(request.version === undefined ? {} : { "openstack-api-version": `compute ${request.version}` }),
    },
    ...(request.body === undefined ? {} : { body: bytes ? (request.body as Uint8Array<ArrayBuffer>) : JSON.stringify(request.body) }),
  });
  const text = await answer.text();
  const json = answer.headers.get("content-type")?.includes("json") === true && text !== "";
  return { status: answer.status, headers: answer.headers, body: json ? JSON.parse(text) : text };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

/** Waits until `look` answers something; fails after `timeoutMs`. */
export async function eventually<T>(look: () => Promise<T | undefined>, timeoutMs = 10_000): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`not within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** An image with a few bytes of data, active. */
export async function imageMake(client: Client, properties: Record<string, unknown> = {}): Promise<string> {
  const made = await client.send("POST", "/image/v2/images", {
    name: "test",
    disk_format: "raw",
    container_format: "bare",
    ...properties,
  });
  await client.send("PUT", `/image/v2/images/${made.body.id}/file`, new TextEncoder().encode("bytes of an image"));
  return made.body.id as string;
}

