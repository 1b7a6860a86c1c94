import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chown, copyFile, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { parseGuestFacts, type GuestFacts } from "../../guest/console-facts.ts";
import { eventually } from "../kit/client.ts";
import { realCloudForTests } from "../kit/real-cloud-for-tests.ts";

const run = promisify(execFile);
const servers = "/compute/v2.1/servers";
const patienceMs = 300_000;

const cloud = realCloudForTests();
let image: string;
let flavor: string;
/** The server that is damaged, and another one. */
let id: string;
let other: string;
let first: GuestFacts;

beforeAll(async () => {
  const images = await cloud().demo.send("GET", "/image/v2/images?name=sealstone-guest");
  image = images.body.images[0].id as string;
  const { flavors } = (await cloud().demo.send("GET", "/compute/v2.1/flavors")).body as {
    flavors: { id: string; name: string }[];
  };
  flavor = flavors.find(({ name }) => name === "vtpm.small")?.id ?? "";
});

async function create(name: string): Promise<string> {
  const server = { name, imageRef: image, flavorRef: flavor, networks: "none" };
  const { status: code, body } = await cloud().demo.send("POST", servers, { server }, "2.37");
  expect(code, JSON.stringify(body)).toBe(202);
  return body.server.id as string;
}

async function status(serverId: string, wanted: string): Promise<void> {
  await eventually(async () => {
    const { body } = await cloud().demo.send("GET", `${servers}/${serverId}`);
    if (body.server.status === "ERROR") throw new Error(JSON.stringify(body.server.fault));
    return body.server.status === wanted && body.server["OS-EXT-STS:task_state"] === null ? true : undefined;
  }, patienceMs);
}

async function act(action: object, wanted: string, serverId = id): Promise<void> {
  const { status: code, body } = await cloud().demo.send("POST", `${servers}/${serverId}/action`, action);
  expect(code, JSON.stringify(body)).toBe(202);
  await status(serverId, wanted);
}

async function facts(accept: (block: GuestFacts) => boolean, serverId = id): Promise<GuestFacts> {
  return eventually(async () => {
    const path = `${servers}/${serverId}/action`;
    const answer = await cloud().demo.send("POST", path, { "os-getConsoleOutput": {} });
    const text = answer.status === 200 ? (answer.body.output as string) : "";
    return parseGuestFacts(text).findLast(accept);
  }, patienceMs);
}

/** What the caller is told of a refusal, at once: 409, and server and actions are as they were. */
async function refusal(action: object, serverId = id): Promise<string> {
  const all = async (): Promise<object> => ({
    server: (await cloud().admin.send("GET", `${servers}/${serverId}`, undefined, "2.96")).body,
    actions: (await cloud().admin.send("GET", `${servers}/${serverId}/os-instance-actions`)).body,
  });
  const before = await all();
  const answer = await cloud().demo.send("POST", `${servers}/${serverId}/action`, action);
  expect(answer.status, JSON.stringify(answer.body)).toBe(409);
  expect(await all()).toEqual(before);
  return answer.body.conflictingRequest.message as string;
}

const stateFile = (serverId = id): string =>
  join("/var/lib/libvirt/swtpm", serverId, "tpm2", "tpm2-00.permall");
const saveFile = (): string => `/var/lib/libvirt/qemu/save/instance-${id}.save`;
const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
const stateHash = async (serverId = id): Promise<string> => sha256(await readFile(stateFile(serverId)));

interface Generation {
  readonly generation: number;
  readonly sha256: string;
  readonly cause: string;
  readonly bytes: string | null;
}

/** Newest first, as the database has them. */
function generations(serverId = id): Generation[] {
  const database = new DatabaseSync(join(cloud().statePath, "sealstone.sqlite"), { readOnly: true });
  try {
    const rows = database
      .prepare("select * from compute_tpm_generations where server_id = ? order by generation desc")
      .all(serverId);
    return rows as unknown as Generation[];
  } finally {
    database.close();
  }
}

/** The vault's newest is what the host has. */
async function expectInVault(serverId = id): Promise<void> {
  await expect.poll(async () => generations(serverId)[0]?.sha256 === (await stateHash(serverId))).toBe(true);
}

const logLines = async (text: string): Promise<number> =>
  (await readFile(join(cloud().statePath, "sealstone.log"), "utf8"))
    .split("\n")
    .filter((line) => line.includes(text) && line.includes(id)).length;

test("what the guest writes is in the vault, encrypted as it is", async () => {
  [id, other] = [await create("damaged"), await create("other")];
  await status(id, "ACTIVE");
  await status(other, "ACTIVE");
  first = await facts(({ seq }) => seq === 1);
  await facts(({ seq }) => seq === 1, other);
  expect([first.problems, first.nv?.state, first.secret?.state]).toEqual([[], "written", "sealed"]);
  await expectInVault();
  await expectInVault(other);
  const [newest] = generations();
  expect(Buffer.from(newest?.bytes ?? "", "base64")).toEqual(await readFile(stateFile()));
  expect(generations().at(-1)).toMatchObject({ generation: 1, cause: "made" });
  expect(generations().filter(({ bytes }) => bytes !== null).length).toBeLessThanOrEqual(5);
  await act({ "os-stop": null }, "SHUTOFF");
  await act({ "os-stop": null }, "SHUTOFF", other);
  await expectInVault();
});

test.each([
  [
    "bit-flipped",
    async () => {
      const bytes = await readFile(stateFile());
      bytes.writeUInt8(bytes.readUInt8(3_000) ^ 1, 3_000);
      await writeFile(stateFile(), bytes);
    },
  ],
  ["truncated", async () => writeFile(stateFile(), (await readFile(stateFile())).subarray(0, 4_000))],
  ["another server's", () => copyFile(stateFile(other), stateFile())],
])("a state that is %s is refused, and nothing is changed", async (_name, damage) => {
  const good = await readFile(stateFile());
  await damage();
  const bad = await stateHash();
  const before = generations();
  for (const action of [{ "os-start": null }, { reboot: { type: "HARD" } }]) {
    expect(await refusal(action)).toMatch(
      new RegExp(
        `^Server ${id} is not started: the vault does not know the TPM state on its host \\(SHA-256 ${bad}, \\d+ bytes\\), ` +
          `and no server ran here since the vault's newest was recorded, so it was damaged or exchanged\\. ` +
          `The vault's newest is generation ${before[0]?.generation}, SHA-256 ${before[0]?.sha256}, of \\d{4}-.*Z\\. Nothing was changed\\. ` +
          `An operator sees all generations with "sealstone tpm history ${id}"`,
      ),
    );
  }
  expect(await stateHash()).toBe(bad);
  expect(generations()).toEqual(before);
  await writeFile(stateFile(), good);
});

test("a state that is a link to a file of root's is refused, and read by nobody", async () => {
  const good = await readFile(stateFile());
  await rm(stateFile());
  await symlink("/etc/shadow", stateFile());
  expect(await refusal({ "os-start": null })).toMatch(
    /^Where a file of a TPM should be is something else: a link/,
  );
  await rm(stateFile());
  await writeFile(stateFile(), good, { mode: 0o600 });
  const { uid, gid } = await stat(dirname(stateFile()));
  await chown(stateFile(), uid, gid);
});

test.each([
  ["removed", "was missing from the host", () => rm(stateFile())],
  [
    "removed with its folder",
    "was missing from the host",
    () => rm(join("/var/lib/libvirt/swtpm", id), { recursive: true }),
  ],
  ["emptied", "was missing from the host", () => writeFile(stateFile(), "")],
  [
    "an older generation",
    "an older one (rollback)",
    async () => {
      const older = generations().find(
        ({ bytes, generation }) =>
          bytes !== null && generation > 1 && generation !== generations()[0]?.generation,
      );
      await writeFile(stateFile(), Buffer.from(older?.bytes ?? "", "base64"));
    },
  ],
])("a state that is %s is replaced by the vault's newest", async (_name, warning, damage) => {
  const { boots = 0 } = await facts(() => true);
  const warned = await logLines(warning);
  await damage();
  await act({ "os-start": null }, "ACTIVE");
  expect(await logLines(warning)).toBe(warned + 1);
  expect((await stat(stateFile())).mode & 0o777).toBe(0o600);
  const now = await facts((block) => (block.boots ?? 0) > boots);
  expect(now.problems).toEqual([]);
  expect([now.ekSha256, now.nv?.value, now.secret?.value]).toEqual([
    first.ekSha256,
    first.nv?.value,
    first.secret?.value,
  ]);
  await act({ "os-stop": null }, "SHUTOFF");
  await expectInVault();
});

test("an operator lets a server whose state is damaged go on with a kept one, and the actions say why", async () => {
  const { boots = 0 } = await facts(() => true);
  await writeFile(stateFile(), (await readFile(stateFile())).subarray(0, 4_000));
  await refusal({ "os-start": null });
  const { generation } = generations()[0] ?? { generation: 0 };
  const script = join(import.meta.dirname, "..", "..", "src", "main", "sealstone.ts");
  const line = ["tpm", "restore", id, "--generation", String(generation), "--reason", "the disk was bad"];
  const { stdout } = await run(process.execPath, [
    "--disable-warning=ExperimentalWarning",
    script,
    ...line,
    "--state-path",
    cloud().statePath,
  ]);
  expect(stdout).toContain(`Generation ${generation} is generation ${generation + 1} now`);
  await act({ "os-start": null }, "ACTIVE");
  const now = await facts((block) => (block.boots ?? 0) > boots);
  expect([now.problems, now.nv?.value, now.secret?.value]).toEqual([
    [],
    first.nv?.value,
    first.secret?.value,
  ]);
  await act({ "os-stop": null }, "SHUTOFF");
});

test("a resume takes the image that the suspend recorded and no other, and its state reaches the vault", async () => {
  await act({ "os-start": null }, "ACTIVE");
  const { bootId, seq } = await facts(({ boots }) => boots === 7);
  await act({ suspend: null }, "SUSPENDED");
  expect((await stat(saveFile())).mode & 0o077).toBe(0);
  const image1 = await readFile(saveFile());
  const exchanged = Buffer.from(image1);
  exchanged.writeUInt8(exchanged.readUInt8(image1.length - 100) ^ 1, image1.length - 100);
  await writeFile(saveFile(), exchanged);
  expect(await refusal({ resume: null })).toMatch(
    new RegExp(
      `^Server ${id} is not resumed: its memory image on the host has SHA-256 ${sha256(exchanged)}, ` +
        `and the suspend recorded SHA-256 ${sha256(image1)} with generation \\d+ of the TPM\\.`,
    ),
  );
  await rename(saveFile(), `${saveFile()}.aside`);
  expect(await refusal({ resume: null })).toMatch(
    `Server ${id} is not resumed: its memory image is missing from its host`,
  );
  await rename(`${saveFile()}.aside`, saveFile());
  await writeFile(saveFile(), image1);
  await act({ resume: null }, "ACTIVE");
  await expect(stat(saveFile())).rejects.toThrow("ENOENT");
  const now = await facts((block) => block.bootId === bootId && block.seq > seq);
  expect([now.problems, now.nv?.value]).toEqual([[], first.nv?.value]);
  await expectInVault();
});

test("a guest that wrote and powered off while the cloud was down starts, and its state is accepted", async () => {
  const third = await create("third");
  await status(third, "ACTIVE");
  // Before its first boot comes to writing anything.
  await cloud().kill();
  const before = await stateHash(third);
  const console = join(cloud().instancesPath, "servers", third, "console.log");
  const block = await eventually(
    async () => parseGuestFacts(await readFile(console, "utf8").catch(() => "")).at(0),
    patienceMs,
  );
  expect(block.nv?.state).toBe("written");
  await run("virsh", ["destroy", `instance-${third}`]);
  const after = await stateHash(third);
  expect(after).not.toBe(before);
  const own = await readFile(stateFile(third));
  expect(generations(third).map(({ sha256: known }) => known)).not.toContain(after);
  await cloud().start();
  await status(third, "SHUTOFF");
  // What this host may have changed is not believed either when swtpm does not open it.
  const damaged = Buffer.from(own);
  damaged.writeUInt8(damaged.readUInt8(3_000) ^ 1, 3_000);
  await writeFile(stateFile(third), damaged);
  expect(await refusal({ "os-start": null }, third)).toMatch(
    new RegExp(
      `SHA-256 ${sha256(damaged)}, \\d+ bytes\\), and swtpm does not open it with the server's passphrase`,
    ),
  );
  expect(await stateHash(third)).toBe(sha256(damaged));
  await writeFile(stateFile(third), own);
  await act({ "os-start": null }, "ACTIVE", third);
  expect(generations(third).find(({ sha256: known }) => known === after)?.cause).toBe(
    "changed while the agent was away",
  );
  const now = await facts(({ boots }) => boots === 2, third);
  expect([now.problems, now.nv?.value]).toEqual([[], block.nv?.value]);
  await cloud().demo.send("DELETE", `${servers}/${third}`);
});

test("what the vault has goes with the server", async () => {
  for (const serverId of [id, other]) {
    expect(generations(serverId)).not.toEqual([]);
    await cloud().demo.send("DELETE", `${servers}/${serverId}`);
    await eventually(
      async () =>
        (await cloud().demo.send("GET", `${servers}/${serverId}`)).status === 404 ? true : undefined,
      patienceMs,
    );
    expect(generations(serverId)).toEqual([]);
  }
});
