import { createHash, createPublicKey } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseGuestFacts, type GuestFacts } from "../../guest/console-facts.ts";
import { serverRun } from "../../bench/server-run.ts";
import { eventually } from "../kit/client.ts";
import { realCloudForTests } from "../kit/real-cloud-for-tests.ts";

process.env["SEALSTONE_TPM_POOL__SIZE"] = "2";

const cloud = realCloudForTests();
const patienceMs = 180_000;

const ready = (): Promise<string[]> => readdir(join(cloud().instancesPath, "tpm-pool", "ready-2.0"));

async function full(): Promise<string[]> {
  return eventually(async () => {
    const names = await ready();
    return names.length === 2 ? names.toSorted() : undefined;
  }, patienceMs);
}

async function facts(id: string, accept: (block: GuestFacts) => boolean): Promise<GuestFacts> {
  return eventually(async () => {
    const path = `/compute/v2.1/servers/${id}/action`;
    const answer = await cloud().demo.send("POST", path, { "os-getConsoleOutput": {} });
    return parseGuestFacts(answer.status === 200 ? (answer.body.output as string) : "").findLast(accept);
  }, patienceMs);
}

interface MadeLine {
  readonly msg: string;
  readonly serverId?: string;
  readonly tpmId?: string;
  readonly ahead?: boolean;
}

async function madeLine(id: string): Promise<MadeLine | undefined> {
  const log = await readFile(join(cloud().statePath, "sealstone.log"), "utf8");
  const lines = log.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as MadeLine]));
  return lines.find(({ msg, serverId }) => msg === "TPM is made" && serverId === id);
}

test("a server gets a TPM that was made ahead, and keeps it; the pool is filled again and outlives a kill", async () => {
  const before = await full();
  const server = await serverRun(cloud().demo);
  const made = await madeLine(server.id);
  expect(made).toMatchObject({ ahead: true });
  expect(before).toContain(made?.tpmId);

  // The API names the TPM that the certificate names, and the guest has those keys.
  const { body } = await cloud().demo.send("GET", `/compute/v2.1/servers/${server.id}/sealstone:tpm`);
  const keys = body["sealstone:tpm"].endorsement_keys as {
    algorithm: string;
    public_key: string;
    certificate_subject: string;
  }[];
  expect(keys.map(({ algorithm }) => algorithm)).toEqual(["rsa", "ecc"]);
  for (const { certificate_subject: subject } of keys) expect(subject).toContain(made?.tpmId);
  const first = await facts(server.id, ({ seq }) => seq === 1);
  expect([first.problems, first.nv?.state, first.secret?.state]).toEqual([[], "written", "sealed"]);
  const hashes = keys.map(({ public_key: pem }) =>
    createHash("sha256")
      .update(createPublicKey(pem).export({ type: "spki", format: "der" }))
      .digest("hex"),
  );
  expect(hashes).toContain(first.ekSha256);

  const after = await full();
  expect(after).not.toContain(made?.tpmId);
  await cloud().kill();
  await cloud().start();
  expect((await ready()).toSorted()).toEqual(after);

  const path = `/compute/v2.1/servers/${server.id}`;
  await cloud().demo.send("POST", `${path}/action`, { reboot: { type: "HARD" } });
  const second = await facts(server.id, ({ bootId, seq }) => seq === 1 && bootId !== first.bootId);
  expect(second).toMatchObject({
    problems: [],
    ekSha256: first.ekSha256,
    nv: { state: "read", value: first.nv?.value },
    secret: { state: "unsealed", value: first.secret?.value },
  });
  await server.remove();
  expect(await readdir(join(cloud().instancesPath, "tpm-pool", "claimed"))).toEqual([]);
});

test("an empty pool holds nobody up: the TPM is made when it is asked for", async () => {
  await full();
  const servers = await Promise.all(Array.from({ length: 3 }, () => serverRun(cloud().demo)));
  const made = await Promise.all(servers.map(({ id }) => madeLine(id)));
  const ids = made.map((line) => line?.tpmId);
  expect(new Set(ids).size).toBe(3);
  expect(made.map((line) => line?.ahead).filter(Boolean)).toHaveLength(2);
  const [late] = made.filter((line) => line?.ahead === false);
  expect(late?.tpmId).toBe(late?.serverId);
  await Promise.all(servers.map((server) => server.remove()));
});
