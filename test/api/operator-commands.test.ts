import { execFile } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { audit } from "../../src/main/commands/audit.ts";
import { configOf, lineParse, ownOptionsHelp } from "../../src/main/commands/command.ts";
import { tpm } from "../../src/main/commands/tpm.ts";
import { imageMake } from "../kit/client.ts";
import { serverKit } from "../kit/servers.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

const script = join(import.meta.dirname, "../../src/main/sealstone.ts");

let cloud: TestCloud;
let id: string;
const kit = serverKit(() => cloud);

beforeAll(async () => {
  cloud = await startTestCloud();
  const image = await imageMake(cloud.demo);
  const list = (await cloud.demo.send("GET", "/compute/v2.1/flavors")).body.flavors;
  const flavorRef = (list as { id: string; name: string }[]).find(({ name }) => name === "vtpm.small")?.id;
  id = await kit.made(cloud.demo, image, { name: "my.server", flavorRef });
  await cloud.admin.send("POST", `/compute/v2.1/servers/${id}/action`, { reboot: { type: "HARD" } });
}, 60_000);
afterAll(() => cloud.stop());

interface Ended {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command as a process. */
function processOf(...args: readonly string[]): Promise<Ended> {
  const line = ["--disable-warning=ExperimentalWarning", script, ...args, "--state-path", cloud.statePath];
  const env = { PATH: process.env["PATH"] };
  return new Promise((resolve) => {
    execFile(process.execPath, line, { env }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}

/** What the command prints, in this process. Throws what it throws. */
async function printed(...args: readonly string[]): Promise<string> {
  const commands = { audit, tpm };
  const line = lineParse([...args, "--state-path", cloud.statePath], commands);
  const [name, ...rest] = line.positionals;
  let text = "";
  const write = vi.spyOn(process.stdout, "write").mockImplementation(((said: string, done: () => void) => {
    text += said;
    done();
    return true;
  }) as typeof process.stdout.write);
  try {
    const command = commands[name as keyof typeof commands];
    await command.run({ config: configOf(line, cloud.statePath), rest, own: line.own });
  } finally {
    write.mockRestore();
  }
  return text;
}

/** The cells of a table, each row's. */
function cells(stdout: string): string[][] {
  const rows = stdout.split("\n\n")[0]?.trimEnd().split("\n") ?? [];
  return rows.map((row) => row.split(/ {2,}/));
}

test("audit list: the events of a server, by its name, as a table", async () => {
  const { code, stdout, stderr } = await processOf("audit", "list", "--server", "my.server");
  expect(stderr).toBe("");
  expect(code).toBe(0);
  const [head, ...rows] = cells(stdout);
  expect(head).toEqual(
    [..."TIME EVENT RESULT OPERATION USER PROJECT SERVER SECRET".split(" "), "OWNER PROJECT"].concat(
      "HOST REQUEST REASON".split(" "),
    ),
  );
  expect(rows.map((row) => row.slice(1, 4).join(" "))).toEqual([
    "denied denied reboot",
    "sealed success create",
    "sealed success create",
    "created success create",
  ]);
  expect(rows[0]?.slice(4, 7)).toEqual([cloud.admin.userId, cloud.admin.projectId, id]);
  expect(rows[1]?.[9]).toBe("host-0f8f");
  expect(rows[3]?.slice(-3)).toEqual(["-", expect.stringMatching(/^req-/), "-"]);
});

test("audit list: filters, a page and the one after it", async () => {
  const page = await printed("audit", "list", "--server", id, "--limit", "3");
  const marker = /^There are more: --marker (\S+)$/m.exec(page)?.[1] ?? "";
  expect(cells(page)).toHaveLength(4);
  const rest = await printed("audit", "list", "--server", id, "--marker", marker);
  expect(cells(rest).map((row) => row[1])).toEqual(["EVENT", "created"]);
  expect(rest).not.toContain("There are more");
  expect(cells(await printed("audit", "list", "--event", "denied", "--since", "2026-01-01"))).toHaveLength(2);
  expect(await printed("audit", "list", "--until", "2001-01-01T00:00:00Z")).toBe(
    "There are no such events.\n",
  );
});

test.each([
  [["audit", "list", "--since", "yesterday"], /^The cloud says \(400\): since: found "yesterday"/],
  [["audit", "list", "--server", "nobody"], /^There is no server named "nobody"/],
  [["audit", "list", "--limit", "0"], /^--limit: found "0"/],
  [["audit"], /^audit takes list/],
  [["tpm", "show"], /^tpm takes/],
  [
    ["tpm", "show", "5b2a4a8c-8f1c-4a52-9a87-0c5c2f3a1d10"],
    /\(404\): Instance 5b2a\S+ could not be found\.$/,
  ],
])("%j is refused in one line", async (args, says) => {
  await expect(printed(...args)).rejects.toThrow(says);
});

test("the environment says who asks, and where", async () => {
  const env = { OS_USERNAME: "demo", OS_PASSWORD: "wrong", OS_PROJECT_NAME: "demo" };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  try {
    vi.stubEnv("OS_AUTH_URL", `${cloud.url}/identity/v3`);
    await expect(printed("audit", "list")).rejects.toThrow(
      "The cloud says (401): The request you have made requires authentication",
    );
    vi.stubEnv("OS_AUTH_URL", "http://127.0.0.1:9/identity");
    await expect(printed("audit", "list")).rejects.toThrow(/127\.0\.0\.1:9\S* does not answer \(.+\): is/);
  } finally {
    vi.unstubAllEnvs();
  }
});

test("tpm show: what is known and what is not", async () => {
  const text = await printed("tpm", "show", "my.server");
  for (const line of [
    `server            ${id}`,
    "TPM               2.0, tpm-crb",
    `its owner         user ${cloud.demo.userId} of project ${cloud.demo.projectId}`,
    "host              host-0f8f",
    "endorsement keys  RSA",
    "RSA endorsement key:\na key",
    "Its certificate:\na certificate",
  ])
    expect(text).toContain(`${line}\n`);
  expect(text).toMatch(/^passphrase {8}secret [0-9a-f-]{36}, security user$/m);
  expect(text).toMatch(/^state {13}not known: no host has handed the TPM's state in yet$/m);
  expect(text).toMatch(/^Last uses of the passphrase:\nTIME +EVENT.*\n\S+ +denied .*\n\S+ +sealed /m);
});

test("the audit's help says how long events are kept", () => {
  expect(audit.description).toContain("kept for ever");
  for (const text of ["--server SERVER", "--since TIME", "--until TIME", "--limit N", "--marker ID"])
    expect(ownOptionsHelp(audit)).toContain(text);
});
