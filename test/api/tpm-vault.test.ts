import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { tpmIntervalClose, tpmIntervalOpen, tpmStateCompare, tpmStatePut } from "#bus/index.ts";
import { configLoad } from "#config/index.ts";
import { tpm as command } from "../../src/main/commands/tpm.ts";
import { imageMake } from "../kit/client.ts";
import { serverKit } from "../kit/servers.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

const servers = "/compute/v2.1/servers";
const timeoutMs = 5_000;

let cloud: TestCloud;
let id: string;
const { create, settled, remove } = serverKit(() => cloud);

beforeAll(async () => {
  cloud = await startTestCloud();
  const flavors = (await cloud.demo.send("GET", "/compute/v2.1/flavors")).body.flavors as {
    id: string;
    name: string;
  }[];
  const flavorRef = flavors.find(({ name }) => name === "vtpm.small")?.id;
  const made = await create(cloud.demo, await imageMake(cloud.demo), { server: { flavorRef, name: "a.b" } });
  id = made.body.server.id as string;
  expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
});
afterAll(() => cloud?.stop());

const bytesOf = (text: string): string => Buffer.from(`state ${text}`).toString("base64");
const hashOf = (text: string): string => createHash("sha256").update(`state ${text}`).digest("hex");
const place = () => ({ hostId: cloud.host.hostId, serverId: id });
let number = 0;

/** What the agent of the server's host says of its TPM. */
async function put(text: string): Promise<void> {
  number += 1;
  const order = { process: "agent", number };
  const cause = number === 1 ? ("made" as const) : ("changed" as const);
  await cloud.bus.request(tpmStatePut, { ...place(), bytes: bytesOf(text), cause, order }, { timeoutMs });
}

const open = (text: string) =>
  cloud.bus.request(tpmIntervalOpen, { ...place(), sha256: hashOf(text) }, { timeoutMs });
const close = (text: string) =>
  cloud.bus.request(tpmIntervalClose, { ...place(), sha256: hashOf(text) }, { timeoutMs });
const compare = (text: string) =>
  cloud.bus.request(tpmStateCompare, { ...place(), sha256: hashOf(text) }, { timeoutMs });
const history = async () => cloud.admin.send("GET", `${servers}/${id}/sealstone:tpm/history`);
const restore = (generation: number, client = cloud.admin) =>
  client.send("POST", `${servers}/${id}/action`, {
    "sealstone:tpmRestore": { generation, reason: "the disk was bad" },
  });

/** `sealstone tpm …` on the cloud's state directory; what it prints. */
async function line(rest: readonly string[], options: Readonly<Record<string, string>> = {}) {
  let said = "";
  const spy = vi.spyOn(process.stdout, "write").mockImplementation(((text: string, done: () => void) => {
    said += text;
    done();
    return true;
  }) as typeof process.stdout.write);
  try {
    const config = configLoad({ path: undefined, env: {}, defaultStatePath: cloud.statePath, overrides: {} });
    const texts = (name: string) => (options[name] === undefined ? [] : [options[name]]);
    expect(await command.run({ config, rest, own: { texts, flag: (name) => name in options } })).toBe(0);
  } finally {
    spy.mockRestore();
  }
  return said.trimEnd();
}

test("the history names every generation with its cause, and who runs it", async () => {
  expect((await history()).body["sealstone:tpm_history"].generations).toEqual([]);
  await put("1");
  await open("1");
  for (const text of ["2", "3", "4", "5", "6"]) await put(text);
  const { body } = await history();
  const told = body["sealstone:tpm_history"];
  expect(told).toMatchObject({
    server_id: id,
    running_interval: { host: expect.stringMatching(/^host-/) as string },
    memory_image: null,
    restore_pending: false,
  });
  expect(told.generations).toHaveLength(6);
  expect(told.generations[0]).toEqual({
    generation: 6,
    sha256: hashOf("6"),
    size: 7,
    host: told.running_interval.host,
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}Z$/) as string,
    cause: "changed",
    kept: true,
  });
  expect(told.generations[5]).toMatchObject({ generation: 1, cause: "made", kept: false });
  expect((await cloud.demo.send("GET", `${servers}/${id}/sealstone:tpm/history`)).status).toBe(403);
});

test("the history comes in pages", async () => {
  const page = async (query: string) => {
    const { status, body } = await cloud.admin.send("GET", `${servers}/${id}/sealstone:tpm/history${query}`);
    const [next] = (body["sealstone:tpm_history_links"] ?? []) as { rel: string; href: string }[];
    const generations = (body["sealstone:tpm_history"]?.generations ?? []) as { generation: number }[];
    return { status, next: next?.href, numbers: generations.map(({ generation }) => generation) };
  };
  const first = await page("?limit=4");
  expect(first.numbers).toEqual([6, 5, 4, 3]);
  const query = new URL(first.next ?? "").search;
  expect(query).toBe("?limit=4&marker=3");
  expect(await page(query)).toEqual({ status: 200, next: undefined, numbers: [2, 1] });
  expect((await page("?limit=6")).next).toBeUndefined();
  for (const wrong of ["?limit=0", "?limit=x", "?marker=-1", "?other=1"])
    expect((await page(wrong)).status).toBe(400);
});

test("a restore is for operators, of a server that is off, to a generation that is kept", async () => {
  expect(await restore(5)).toMatchObject({ status: 409 });
  const act = (body: object) => cloud.admin.send("POST", `${servers}/${id}/action`, body);
  // In error, and its domain is there still.
  await act({ pause: null });
  await settled(id);
  await act({ "os-resetState": { state: "error" } });
  expect((await restore(5)).body.conflictingRequest.message).toContain("power state paused. Stop it first.");
  await act({ "os-resetState": { state: "active" } });
  await act({ "os-stop": null });
  await settled(id);
  expect((await restore(5, cloud.demo)).status).toBe(403);
  const gone = await restore(1);
  expect([gone.status, gone.body.conflictingRequest.message]).toEqual([
    409,
    `Generation 1 of the TPM of instance ${id} is not in the vault; kept are: 6, 5, 4, 3, 2.`,
  ]);
  expect((await history()).body["sealstone:tpm_history"].generations).toHaveLength(6);
});

test("what was restored is the newest, whatever the host has gives way to it, and the actions say why", async () => {
  expect(await restore(5)).toMatchObject({ status: 200, body: { generation: 7 } });
  for (const found of ["6", "never seen"])
    expect(await compare(found)).toMatchObject({
      standing: "superseded",
      held: false,
      newest: { generation: 7, sha256: hashOf("5") },
    });
  const path = `${servers}/${id}/os-instance-actions`;
  const [newest] = (await cloud.demo.send("GET", path, undefined, "2.96")).body.instanceActions;
  expect(newest).toMatchObject({
    action: "sealstone:tpmRestore",
    message: "TPM generation 5 restored: the disk was bad",
    user_id: cloud.admin.userId,
  });
  // The host took it.
  await open("5");
  await close("5");
  expect(await compare("never seen")).toMatchObject({ standing: "unknown" });
  expect(await compare("6")).toMatchObject({ standing: "older" });
});

test("a restore is an event of the audit, with who, which and why", async () => {
  const { body } = await cloud.admin.send("GET", `/sealstone/v1/audit?server=${id}&event=restored`);
  expect(body.audit_events).toMatchObject([
    {
      event: "restored",
      result: "success",
      operation: "sealstone:tpmRestore",
      reason: "generation 5 restored as 7: the disk was bad",
      user_id: cloud.admin.userId,
      owner_user_id: cloud.demo.userId,
      server_id: id,
    },
  ]);
});

test("the command line shows and restores the same, by id or name", async () => {
  const shown = await line(["history", "a.b"]);
  expect(shown.split("\n")[1]).toMatch(
    new RegExp(`^7 +\\S+Z +host-\\S+ +7 +${hashOf("5")} +yes +generation 5 restored by an operator$`),
  );
  expect(shown).toMatch(/^1 .* no +made$/m);
  expect(shown).toMatch(/No host runs it\.$/);
  expect(shown).not.toContain("--marker");
  const part = await line(["history", id], { limit: "2", marker: "6" });
  expect(part.split("\n").map((row) => row.split(" ")[0])).toEqual(["GENERATION", "5", "4", "There", "No"]);
  expect(part).toContain("There are older ones: --marker 4");
  await expect(line(["history", id], { limit: "0" })).rejects.toThrow("--limit: found");
  const restored = await line(["restore", id], { generation: "6", reason: "back" });
  expect(restored).toContain("Generation 6 is generation 8 now, the newest");
  expect(await line(["history", id])).toContain("An operator chose the newest generation");
  await expect(line(["restore", id], { generation: "6" })).rejects.toThrow("--reason TEXT");
  await expect(line(["restore", id], { generation: "99", reason: "x" })).rejects.toThrow(
    "Generation 99 of the TPM",
  );
  await expect(line(["history", "a"])).rejects.toThrow('There is no server named "a".');
  await expect(line(["remake", id])).rejects.toThrow("tpm takes show SERVER, history SERVER");
  await remove(id);
  await expect(line(["history", id])).rejects.toThrow("could not be found");
});
