/**
 * Rate, 99th percentile and processor time of the requests that clients make most, each beside a bare Fastify route
 * that sends the same bytes from the same process, in the same run; what must be durable also beside one that first commits a
 * row of its own ("bare + commit"). The reference of real OpenStack was measured once on the same kind of machine.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { imageMake, clientOf, eventually, type Client } from "../test/kit/client.ts";
import { load, loadPrepare, type LoadRequest } from "./load.ts";
import { targetOf } from "./target-process.ts";

const seconds = 4;
const connections = 16;

/** Requests a second of OpenStack Zed with 16 clients (for 1 000 servers: one client). */
const openstack: Readonly<Record<string, number>> = {
  "token issue": 2.2,
  "token validate": 47,
  "flavors detail": 76,
  images: 91,
  "secret store": 61,
  "secret payload": 101,
  "servers detail, 0": 24,
  "servers detail, 10": 7,
  "servers detail, 1000": 0.23,
};

type Sender = Pick<Client, "send">;

interface Target {
  readonly url: string;
  readonly bareUrl: string;
  readonly admin: string;
  readonly demo: string;
  readonly pid: number;
}

/** `args`: parts of the names of what is to be measured (`payload`, `servers`), none for all; `most=N`: servers at the end. */
export async function bench(args: readonly string[]): Promise<void> {
  const most = Number(args.find((arg) => arg.startsWith("most="))?.slice("most=".length) ?? 1_000);
  const wanted = args.filter((arg) => !arg.startsWith("most="));
  const isWanted = (name: string): boolean =>
    wanted.length === 0 || wanted.some((part) => name.includes(part));
  await loadPrepare();
  const script = join(import.meta.dirname, "api-cloud.ts");
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  try {
    const target = await targetOf<Omit<Target, "pid">>(child);
    console.log(
      `${"".padEnd(22)}${"ours/s".padStart(9)}${"p99 ms".padStart(9)}${"CPU ms".padStart(9)}${"bare/s".padStart(9)}${"ratio".padStart(8)}${"CPU ratio".padStart(11)}${"× OpenStack".padStart(13)}${"bare + commit/s".padStart(17)}${"ratio".padStart(8)}`,
    );
    const demo = clientOf(target.url, target.demo);
    for (const [name, request] of await requestsOf(target, demo))
      if (isWanted(name)) await measure(name, request, target);
    await quotaLift(target);
    let made = 0;
    for (const count of [0, 10, 100, most]) {
      if (!isWanted(`servers detail, ${count}`)) continue;
      await serversMake(demo, count - made);
      made = count;
      const limit = {
        url: `${target.url}/compute/v2.1/servers/detail`,
        method: "GET",
        headers: auth(target.demo),
      } as const;
      await measure(`servers detail, ${count}`, limit, target);
    }
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}

function auth(token: string): Record<string, string> {
  return { "x-auth-token": token };
}

async function requestsOf(target: Target, demo: Sender): Promise<[string, LoadRequest][]> {
  const get = (path: string, headers = {}): LoadRequest => ({
    method: "GET",
    url: target.url + path,
    headers: { ...auth(target.demo), ...headers },
  });
  const post = (path: string, body: object, headers = {}): LoadRequest => ({
    method: "POST",
    url: target.url + path,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  for (let count = 0; count < 10; count += 1) await imageMake(demo);
  const secret = {
    name: "bench",
    payload: "a passphrase",
    payload_content_type: "text/plain",
    secret_type: "passphrase",
  };
  const stored = await demo.send("POST", "/key-manager/v1/secrets", secret);
  const payloadPath = `${new URL(stored.body.secret_ref as string).pathname}/payload`;
  const byToken = { auth: { identity: { methods: ["token"], token: { id: target.demo } } } };
  return [
    ["token issue", post("/identity/v3/auth/tokens", byToken)],
    ["token validate", get("/identity/v3/auth/tokens", { "x-subject-token": target.demo })],
    ["flavors detail", get("/compute/v2.1/flavors/detail")],
    ["images", get("/image/v2/images")],
    ["secret store", post("/key-manager/v1/secrets", secret, auth(target.demo))],
    ["secret payload", get(payloadPath, { accept: "text/plain" })],
  ];
}

async function measure(name: string, request: LoadRequest, target: Target): Promise<void> {
  const path = name.replaceAll(/\W+/g, "-");
  const answer = await fetch(request.url, {
    method: request.method,
    headers: request.headers,
    ...(request.body === undefined ? {} : { body: request.body }),
  });
  if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`);
  const bareUrl = `${target.bareUrl}/bare/${path}`;
  await fetch(bareUrl, { method: "PUT", body: Buffer.from(await answer.arrayBuffer()) });
  const options = { pid: target.pid, connections, seconds };
  const ours = await load(request, options);
  const bare = await load({ ...request, url: bareUrl }, options);
  const committed =
    request.method === "POST"
      ? await load({ ...request, url: `${target.bareUrl}/committed/${path}` }, options)
      : undefined;
  const failedBare = bare.failed + (committed?.failed ?? 0);
  if (ours.failed + failedBare > 0)
    throw new Error(`${name}: ${ours.failed} of ours, ${failedBare} bare requests failed`);
  const peer = openstack[name];
  const columns = [
    [ours.perSecond.toFixed(0), 9],
    [ours.p99Ms.toFixed(1), 9],
    [ours.cpuMs.toFixed(2), 9],
    [bare.perSecond.toFixed(0), 9],
    [(ours.perSecond / bare.perSecond).toFixed(2), 8],
    [(ours.cpuMs / bare.cpuMs).toFixed(1), 11],
    [peer === undefined ? "" : (ours.perSecond / peer).toFixed(0), 13],
    [committed === undefined ? "" : committed.perSecond.toFixed(0), 17],
    [committed === undefined ? "" : (ours.perSecond / committed.perSecond).toFixed(2), 8],
  ] as const;
  console.log(name.padEnd(22) + columns.map(([text, width]) => text.padStart(width)).join(""));
}

async function quotaLift(target: Target): Promise<void> {
  const body = { quota_class_set: { instances: -1, cores: -1, ram: -1 } };
  const admin = clientOf(target.url, target.admin);
  const { status } = await admin.send("PUT", "/compute/v2.1/os-quota-class-sets/default", body);
  if (status !== 200) throw new Error(`the quota stays: ${status}`);
}

async function serversMake(demo: Sender, count: number): Promise<void> {
  if (count === 0) return;
  const imageRef = await imageMake(demo);
  const { flavors } = (await demo.send("GET", "/compute/v2.1/flavors")).body as {
    flavors: { name: string; id: string }[];
  };
  const flavorRef = flavors.find(({ name }) => name === "plain.small")?.id ?? "";
  for (let made = 0; made < count; made += 1) {
    const server = { name: `bench-${made}`, imageRef, flavorRef, networks: "none" };
    const { status, body } = await demo.send("POST", "/compute/v2.1/servers", { server }, "2.37");
    if (status !== 202) throw new Error(`POST /servers: ${status} ${JSON.stringify(body)}`);
  }
  await eventually(async () => {
    const { body } = await demo.send("GET", "/compute/v2.1/servers/detail?status=BUILD&limit=1");
    return body.servers.length === 0 ? true : undefined;
  }, 300_000);
}
