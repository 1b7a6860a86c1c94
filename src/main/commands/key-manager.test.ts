import { execFile, spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { configOf, lineParse } from "./command.ts";
import { keyManager as command } from "./key-manager.ts";

const script = join(import.meta.dirname, "..", "sealstone.ts");
const node = ["--disable-warning=ExperimentalWarning", script];

let folder: string;
let port: number;
let cloud: ChildProcess;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sealstone-rotate-line-"));
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ port } = server.address() as { port: number });
  await new Promise((resolve) => server.close(resolve));
  cloud = await start();
}, 70_000);
afterAll(async () => {
  await end("SIGKILL");
  await rm(folder, { recursive: true });
});

async function start(): Promise<ChildProcess> {
  const args = ["control-plane", "--state-path", join(folder, "state"), "--port", String(port)];
  const child = spawn(process.execPath, [...node, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.on("data", (text: Buffer) => (said += text.toString()));
  await vi.waitFor(() => expect(said).toContain("Sealstone is up"), { timeout: 60_000 });
  return child;
}

async function end(signal: "SIGKILL"): Promise<void> {
  const exit = once(cloud, "exit");
  cloud.kill(signal);
  await exit;
}

function keyManager(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const line = [...node, "key-manager", ...args, "--state-path", join(folder, "state")];
  return new Promise((resolve) => {
    execFile(process.execPath, line, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}

/** The command without a process of its own, which takes a second. */
async function inProcess(...args: string[]): Promise<number> {
  const state = join(folder, "state");
  const line = lineParse(["key-manager", ...args, "--state-path", state], { "key-manager": command });
  return command.run({ config: configOf(line, state), rest: line.positionals.slice(1), own: line.own });
}

/** Ten at a time. */
async function eachOf<From, To>(items: readonly From[], run: (item: From) => Promise<To>): Promise<To[]> {
  const done: To[] = [];
  for (let at = 0; at < items.length; at += 10)
    done.push(...(await Promise.all(items.slice(at, at + 10).map((item) => run(item)))));
  return done;
}

async function authenticated(name = "admin"): Promise<{ token: string; projectId: string }> {
  const openrc = await readFile(
    join(folder, "state", name === "admin" ? "openrc" : `openrc-${name}`),
    "utf8",
  );
  const password = /OS_PASSWORD=(\S+)/.exec(openrc)?.[1];
  const domain = { id: "default" };
  const user = { name, password, domain };
  const scope = { project: { name, domain } };
  const auth = { identity: { methods: ["password"], password: { user } }, scope };
  const answer = await fetch(`http://127.0.0.1:${port}/identity/v3/auth/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ auth }),
  });
  const { token } = (await answer.json()) as { token: { project: { id: string } } };
  return { token: answer.headers.get("x-subject-token") ?? "", projectId: token.project.id };
}

const api = (token: string, path: string, body?: object): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}/key-manager/v1${path}`, {
    method: body ? "POST" : "GET",
    headers: { "x-auth-token": token, "content-type": "application/json", accept: "*/*" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });

async function store(token: string, payload: string): Promise<string> {
  const answer = await api(token, "/secrets", { payload, payload_content_type: "text/plain" });
  expect(answer.status).toBe(201);
  const { secret_ref: ref } = (await answer.json()) as { secret_ref: string };
  return ref.slice(ref.indexOf("/v1/") + 3);
}

async function read(token: string, path: string): Promise<string> {
  return (await api(token, `${path}/payload`)).text();
}

test("rotate-project moves what is stored, shows how far it is, and is told what is wrong", async () => {
  const { token, projectId } = await authenticated();
  const path = await store(token, "kept");
  const one = await keyManager("rotate-project", projectId);
  expect(one).toMatchObject({ code: 0, stderr: "" });
  expect(one.stdout).toContain(`${projectId}: 1 payloads to move\n`);
  expect(one.stdout).toMatch(new RegExp(`${projectId}: 1 of 1 moved\n$`));
  expect(await read(token, path)).toBe("kept");
  expect(await keyManager("rotate-project", projectId)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^sealstone: The cloud refused: 409 .* under way.*\n$/),
  });
  await expect(inProcess("rotate-project", "no-such-project")).rejects.toThrow(/404 .*no key to rotate/);
  for (const wrong of [
    ["rotate-project"],
    ["rotate-project", "x", "--all"],
    ["turn"],
    ["rotate-master", "x"],
  ])
    await expect(inProcess(...wrong)).rejects.toThrow(/takes rotate-master, rotate-project/);
}, 120_000);

test("rotate-master moves what is wrapped to a new key, which is in the key file", async () => {
  const { token } = await authenticated();
  const path = await store(token, "kept under another master key");
  const file = join(folder, "state", "master.key");
  const before = await readFile(file);
  const done = await keyManager("rotate-master");
  expect(done).toMatchObject({ code: 0, stderr: "" });
  expect(done.stdout).toMatch(/^master key 2: \d+ values to move to it\n/);
  expect(done.stdout).toMatch(/(\d+) of \1 moved\nMaster key 1 leaves the key file in a minute/);
  const after = await readFile(file);
  expect([before.length, after.length, after.subarray(0, 32).equals(before)]).toEqual([32, 64, true]);
  expect(await read(token, path)).toBe("kept under another master key");
  await expect(inProcess("rotate-master")).rejects.toThrow(/409 .*master key is under way/);
}, 120_000);

test("kill -9 of a cloud that rotates loses nothing, and the next start ends it", async () => {
  const [demo, admin] = [await authenticated("demo"), await authenticated()];
  const texts = Array.from({ length: 400 }, (_, index) => `text ${index}`);
  const paths = await eachOf(texts, (text) => store(demo.token, text));
  expect((await api(admin.token, "/sealstone-rotations", { project_id: demo.projectId })).status).toBe(202);
  await end("SIGKILL");
  cloud = await start();
  const rotation = async (): Promise<unknown> => {
    const { rotations } = (await (await api(admin.token, "/sealstone-rotations")).json()) as {
      rotations: { project_id: string }[];
    };
    return rotations.find(({ project_id: id }) => id === demo.projectId);
  };
  const moved = { status: "RETIRING", total: 400, remaining: 0 };
  await expect.poll(rotation, { timeout: 30_000 }).toMatchObject(moved);
  expect(await eachOf(paths, (path) => read(demo.token, path))).toEqual(texts);
}, 120_000);

/** What the API answers in JSON to whoever may see everything, and to requests with the payload that it refuses. */
async function jsonAnswers(token: string, path: string, needle: string): Promise<string[]> {
  const pair = { name: needle.slice(0, 6), algorithm: "rsa", bit_length: 2048, passphrase: needle };
  const ordered = await api(token, "/orders", { type: "asymmetric", meta: pair });
  expect(ordered.status).toBe(202);
  const { order_ref: ref } = (await ordered.clone().json()) as { order_ref: string };
  const order = ref.slice(ref.indexOf("/v1/") + 3);
  await vi.waitFor(async () =>
    expect(await (await api(token, order)).json()).toMatchObject({ status: "ACTIVE" }),
  );
  const secrets = ["", "/acl", "/metadata", "/consumers"].map((below) => path + below);
  const lists = ["/secrets?limit=100", "/orders", "/containers", "/quotas", "/secret-stores"];
  const refused = [
    { payload: needle, payload_content_type: "no/type" },
    { payload: needle, payload_content_type: "text/plain", secret_type: "none" },
    { payload: needle, payload_content_type: "application/octet-stream", payload_content_encoding: "base64" },
    { payload: { needle }, payload_content_type: "text/plain" },
    { payload: needle.repeat(1_000), payload_content_type: "text/plain" },
    { name: 1, payload: needle, payload_content_type: "text/plain" },
  ];
  const answers = [
    ordered,
    ...(await Promise.all([...secrets, ...lists, order].map((each) => api(token, each)))),
    ...(await Promise.all(refused.map((body) => api(token, "/secrets", body)))),
    await api(token, "/orders", { type: "key", meta: { ...pair, payload: needle } }),
    await fetch(`http://127.0.0.1:${port}/key-manager/v1${path}`, {
      method: "PUT",
      headers: { "x-auth-token": token, "content-type": "text/plain" },
      body: needle,
    }),
  ];
  expect(answers.slice(-refused.length - 2).every(({ status }) => status >= 400 && status < 500)).toBe(true);
  return Promise.all(answers.map((answer) => answer.text()));
}

test("no payload is in a file of the state directory, in a JSON answer, nor in the process's arguments or environment", async () => {
  const { token } = await authenticated();
  const needle = `needle-${randomBytes(12).toString("hex")}`;
  const path = await store(token, needle);
  expect(await read(token, path)).toBe(needle);
  const forms = [
    needle,
    Buffer.from(needle).toString("base64").slice(0, -4),
    Buffer.from(needle).toString("hex"),
  ];
  for (const answer of await jsonAnswers(token, path, needle))
    for (const form of forms) expect(answer).not.toContain(form);
  const state = join(folder, "state");
  const names = await readdir(state, { recursive: true, withFileTypes: true });
  const files = names.filter((name) => name.isFile()).map((name) => join(name.parentPath, name.name));
  const shown = ["cmdline", "environ"].map((name) => `/proc/${cloud.pid}/${name}`);
  for (const file of [...files, ...shown]) {
    const bytes = await readFile(file);
    for (const form of forms) expect(bytes.includes(form), file).toBe(false);
  }
  const id = path.split("/").at(-1) ?? "";
  const naming = await Promise.all(files.map(async (file) => (await readFile(file)).includes(id)));
  expect(naming).toContain(true);
});
