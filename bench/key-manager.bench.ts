/**
 * Stores and fetches a second with one client and with sixteen, beside real Barbican's on the same kind of machine; and what a
 * rotation of a project's key and of the master key takes, in time and memory, and what is served meanwhile.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { clientOf, eventually } from "../test/kit/client.ts";
import { load, loadPrepare, type LoadFigures, type LoadRequest } from "./load.ts";
import { memoryMiB } from "./process-usage.ts";
import { targetOf } from "./target-process.ts";

/** Barbican 15 on MariaDB, two workers: requests a second with 1 client, and with 16. */
const barbican = { store: [40, 61], fetch: [50, 101] } as const;
const clients = [1, 16] as const;
const secret = {
  name: "bench",
  payload: "a passphrase",
  payload_content_type: "text/plain",
  secret_type: "passphrase",
};

type Client = ReturnType<typeof clientOf>;

interface Target {
  readonly url: string;
  readonly admin: string;
  readonly demo: string;
  readonly adminUserId: string;
  readonly demoProjectId: string;
  readonly pid: number;
}

/**
 * `secrets=N`, `projects=N`: what the rotations move (100 000, and the keys of 1 000 projects besides); `alone`: first without
 * requests beside them, which takes two minutes more.
 */
export async function bench(args: readonly string[]): Promise<void> {
  const number = (name: string, or: number): number =>
    Number(args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1) ?? or);
  await loadPrepare();
  const script = join(import.meta.dirname, "api-cloud.ts");
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  try {
    const target = await targetOf<Omit<Target, "pid">>(child);
    await rates(target);
    await rotationsMeasure(target, {
      secrets: number("secrets", 100_000),
      projects: number("projects", 1_000),
      passes: args.includes("alone") ? [false, true] : [true],
    });
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}

async function requestsOf({ url, demo: token }: Target): Promise<{ store: LoadRequest; fetch: LoadRequest }> {
  const stored = await clientOf(url, token).send("POST", "/key-manager/v1/secrets", secret);
  const headers = { "x-auth-token": token };
  return {
    store: {
      method: "POST",
      url: `${url}/key-manager/v1/secrets`,
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify(secret),
    },
    fetch: {
      method: "GET",
      url: `${stored.body.secret_ref as string}/payload`,
      headers: { ...headers, accept: "text/plain" },
    },
  };
}

async function rates(target: Target): Promise<void> {
  const requests = await requestsOf(target);
  const head = ["clients", "ours/s", "p99 ms", "CPU ms", "Barbican/s", "× Barbican"];
  console.log("".padEnd(8) + head.map((text) => text.padStart(11)).join(""));
  for (const name of ["store", "fetch"] as const) {
    for (const [index, connections] of clients.entries()) {
      const figures = await loaded(target, requests[name], { connections, seconds: 5 });
      const peer = barbican[name][index] ?? Number.NaN;
      const columns = [
        String(connections),
        figures.perSecond.toFixed(0),
        figures.p99Ms.toFixed(1),
        figures.cpuMs.toFixed(2),
        String(peer),
        (figures.perSecond / peer).toFixed(0),
      ];
      console.log(name.padEnd(8) + columns.map((text) => text.padStart(11)).join(""));
    }
  }
}

async function loaded(
  { pid }: Target,
  request: LoadRequest,
  options: { readonly connections: number; readonly seconds: number },
): Promise<LoadFigures> {
  const figures = await load(request, { pid, ...options });
  if (figures.failed > 0) throw new Error(`${figures.failed} requests failed`);
  return figures;
}

/** With as many secrets, each rotation while sixteen clients fetch, or alone. */
async function rotationsMeasure(
  target: Target,
  wanted: {
    readonly secrets: number;
    readonly projects: number;
    /** Whether clients fetch meanwhile. */
    readonly passes: readonly boolean[];
  },
): Promise<void> {
  const admin = clientOf(target.url, target.admin);
  const demo = clientOf(target.url, target.demo);
  await projectsFill(admin, target, wanted.projects);
  const stored = await secretsFill(target, demo, wanted.secrets);
  const { fetch } = await requestsOf(target);
  const master = "the master key";
  const inProject = `a project's key, ${stored} secrets`;
  const ofMaster = `${master}, ${wanted.projects} projects' keys`;
  for (const isLoaded of wanted.passes) {
    await measured(isLoaded ? `${inProject}, 16 clients` : inProject, target, {
      run: () => rotateProject(admin, target.demoProjectId),
      during: isLoaded ? fetch : undefined,
    });
    await measured(isLoaded ? `${ofMaster}, 16 clients` : ofMaster, target, {
      run: () => rotateMaster(admin),
      during: isLoaded ? fetch : undefined,
    });
    if (!isLoaded) await retired(admin);
  }
}

/** One project after the other gets a secret, and by that a key. */
async function projectsFill(admin: Client, target: Target, count: number): Promise<void> {
  const { body } = await admin.send("GET", "/identity/v3/roles?name=member");
  const roleId = body.roles[0].id as string;
  for (let index = 0; index < count; index += 1) {
    const made = await admin.send("POST", "/identity/v3/projects", { project: { name: `bench-${index}` } });
    const id = made.body.project.id as string;
    await admin.send("PUT", `/identity/v3/projects/${id}/users/${target.adminUserId}/roles/${roleId}`);
    const auth = {
      identity: { methods: ["token"], token: { id: target.admin } },
      scope: { project: { id } },
    };
    const answer = await globalThis.fetch(`${target.url}/identity/v3/auth/tokens`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ auth }),
    });
    const member = clientOf(target.url, answer.headers.get("x-subject-token") ?? "");
    const { status } = await member.send("POST", "/key-manager/v1/secrets", secret);
    if (status !== 201) throw new Error(`POST /v1/secrets: ${status}`);
  }
}

async function secretsFill(target: Target, demo: Client, count: number): Promise<number> {
  const { store } = await requestsOf(target);
  for (;;) {
    const { body } = await demo.send("GET", "/key-manager/v1/secrets?limit=1");
    const total = body.total as number;
    if (total >= count) return total;
    await loaded(target, store, { connections: 16, seconds: total < count * 0.8 ? 5 : 1 });
  }
}

async function measured(
  name: string,
  target: Target,
  work: { readonly run: () => Promise<void>; readonly during: LoadRequest | undefined },
): Promise<void> {
  const before = (await memoryMiB(target.pid)).resident;
  let most = before;
  const sampling = setInterval(() => {
    void memoryMiB(target.pid).then(({ resident }) => (most = Math.max(most, resident)));
  }, 100);
  const started = performance.now();
  const over = new AbortController();
  const rotation = work.run().then(() => {
    over.abort();
    return performance.now() - started;
  });
  const served: LoadFigures[] = [];
  while (work.during && !over.signal.aborted)
    served.push(await loaded(target, work.during, { connections: 16, seconds: 2 }));
  const seconds = ((await rotation) / 1_000).toFixed(1);
  clearInterval(sampling);
  const perSecond = served.reduce((sum, one) => sum + one.perSecond, 0) / served.length;
  const p99 = Math.max(...served.map(({ p99Ms }) => p99Ms));
  const meanwhile = work.during ? `   ${perSecond.toFixed(0)} fetches/s, p99 ${p99.toFixed(1)} ms` : "";
  console.log(
    `${name.padEnd(52)}${seconds.padStart(7)} s   ${before.toFixed(0)} → at most ${most.toFixed(0)} MiB${meanwhile}`,
  );
}

async function rotateProject(admin: Client, projectId: string): Promise<void> {
  const path = "/key-manager/v1/sealstone-rotations";
  const { status, body } = await admin.send("POST", path, { project_id: projectId });
  if (status !== 202) throw new Error(`POST ${path}: ${status} ${JSON.stringify(body)}`);
  await eventually(async () => {
    const { rotations } = (await admin.send("GET", path)).body as {
      rotations: { project_id: string; status: string }[];
    };
    return rotations.some((one) => one.project_id === projectId && one.status === "RESEALING")
      ? undefined
      : true;
  }, 900_000);
}

const masterPath = "/key-manager/v1/sealstone-master-keys";

async function masterKeys(admin: Client): Promise<{ status: string; remaining: number }[]> {
  return (await admin.send("GET", masterPath)).body.master_keys;
}

async function rotateMaster(admin: Client): Promise<void> {
  const { status, body } = await admin.send("POST", masterPath);
  if (status !== 202) throw new Error(`POST ${masterPath}: ${status} ${JSON.stringify(body)}`);
  await eventually(
    async () => ((await masterKeys(admin)).some(({ remaining }) => remaining > 0) ? undefined : true),
    900_000,
  );
}

/** Old keys go a minute after their work at the earliest; until then no other rotation begins. */
async function retired(admin: Client): Promise<void> {
  await eventually(async () => {
    const { rotations } = (await admin.send("GET", "/key-manager/v1/sealstone-rotations")).body as {
      rotations: { status: string }[];
    };
    const isDone = rotations.every(({ status }) => status === "DONE");
    return isDone && !(await masterKeys(admin)).some(({ status }) => status === "OLD") ? true : undefined;
  }, 300_000);
}
