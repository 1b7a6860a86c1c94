import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { poolPlaces } from "#agent/tpm/pool-places.ts";
import { sleep } from "#base/clock.ts";
import { sealKeyPairLoad } from "#seal/index.ts";
import { serverRun, type BenchServer } from "../../bench/server-run.ts";
import { bytesFind } from "../kit/bytes-find.ts";
import { eventually } from "../kit/client.ts";
import { startOwnProcessCloud, type OwnProcessCloud } from "../kit/own-process-cloud.ts";
import { poolPassphraseRead } from "../kit/tpm-workshop.ts";

/** A few are a test, fifty are evidence: PASSPHRASE_BOOTS=50. Each server boots twice. */
const boots = Number(process.env["PASSPHRASE_BOOTS"] ?? 4);
const lookMs = 10;

let cloud: OwnProcessCloud;
/** Everything that went over the bus. */
const heard: string[] = [];
/** Every command line and environment that any process of the machine was seen with. */
const seen = new Set<string>();
const looking = new AbortController();
let looks = 0;
let lookingEnded: Promise<void>;
/** As the owner reads them, and as their host opens those of the pool. */
const passphrases = new Map<string, Buffer>();

beforeAll(async () => {
  cloud = await startOwnProcessCloud({ poolSize: 2, hear: ({ json }) => heard.push(json) });
  lookingEnded = processesWatch();
});
afterAll(async () => {
  looking.abort();
  await lookingEnded;
  await cloud.remove();
});

async function processesWatch(): Promise<void> {
  while (!looking.signal.aborted) {
    const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
    await Promise.all(
      pids.flatMap((pid) =>
        ["cmdline", "environ"].map(async (file) => {
          // A process that ended meanwhile.
          const text = await readFile(join("/proc", pid, file), "latin1").catch(() => "");
          if (text !== "") seen.add(text);
        }),
      ),
    );
    looks += 1;
    await sleep(lookMs);
  }
}

/** Pieces of every form in which somebody might have written it: the text, what it encodes, both in hex, the text encoded again. */
function needlesOf(passphrase: Buffer): Buffer[] {
  const raw = Buffer.from(passphrase.toString("latin1"), "base64");
  const hex = [raw.toString("hex"), passphrase.toString("hex")];
  const texts = [...hex, ...hex.map((text) => text.toUpperCase()), passphrase.toString("base64")];
  const forms = [passphrase, raw, ...texts.map((text) => Buffer.from(text))];
  return forms.flatMap((form) => [form.subarray(0, 64), form.subarray(-96, -32)]);
}

const needles = (): Buffer[] => [...passphrases.values()].flatMap(needlesOf);

const poolReady = (): string => poolPlaces(join(cloud.instancesPath, "tpm-pool")).ready("2.0");

/** It is filled while the host is idle. */
async function poolFilled(): Promise<void> {
  await eventually(async () => ((await readdir(poolReady())).length > 0 ? true : undefined), 120_000);
}

async function poolRead(): Promise<void> {
  const key = await sealKeyPairLoad(join(cloud.statePath, "agent", "host.key"));
  const ready = poolReady();
  for (const tpmId of await readdir(ready)) {
    // It may be taken at this moment.
    const own = await poolPassphraseRead(key, join(ready, tpmId), tpmId).catch(() => undefined);
    if (own !== undefined) passphrases.set(tpmId, Buffer.from(own));
  }
}

async function serversPassphraseRead(id: string): Promise<void> {
  const secrets = await cloud.demo.send("GET", `/key-manager/v1/secrets?name=vTPM secret for instance ${id}`);
  const [secret] = secrets.body.secrets as { secret_ref: string }[];
  const answer = await fetch(`${secret?.secret_ref}/payload`, {
    headers: { "x-auth-token": cloud.demo.token, accept: "text/plain" },
  });
  expect(answer.status).toBe(200);
  const text = await answer.text();
  expect(Buffer.from(text, "base64")).toHaveLength(384);
  passphrases.set(id, Buffer.from(text));
}

async function hardReboot({ id }: BenchServer): Promise<void> {
  const path = `/compute/v2.1/servers/${id}`;
  const { status } = await cloud.demo.send("POST", `${path}/action`, { reboot: { type: "HARD" } });
  expect(status).toBe(202);
  await eventually(async () => {
    const { server } = (await cloud.demo.send("GET", path)).body;
    expect(server.status).not.toBe("ERROR");
    return server.status === "ACTIVE" && server["OS-EXT-STS:task_state"] === null ? true : undefined;
  }, 300_000);
}

/** Where files of the cloud, of libvirt and of swtpm are; but for images, which were there before any TPM. */
const places = async (): Promise<string[]> => [
  ...(await inFolder(cloud.statePath, "images")),
  ...(await inFolder(cloud.instancesPath, "_base")),
  "/var/lib/libvirt/swtpm",
  "/var/log/libvirt",
  "/var/log/swtpm",
  "/run/libvirt",
  "/etc/libvirt",
];

async function inFolder(folder: string, without: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name !== without).map((name) => join(folder, name));
}

test(
  `no passphrase of a TPM is anywhere in the clear, during ${boots} boots`,
  { timeout: boots * 120_000 },
  async () => {
    const found: string[] = [];
    const look = async (wanted: readonly string[]): Promise<void> => {
      const of = wanted.flatMap((id) => needlesOf(passphrases.get(id) ?? Buffer.alloc(0)));
      found.push(...(await bytesFind(await places(), of)));
    };
    for (let booted = 0; booted < boots; booted += 2) {
      const known = new Set(passphrases.keys());
      await poolFilled();
      await poolRead();
      const server = await serverRun(cloud.demo);
      await poolRead();
      await serversPassphraseRead(server.id);
      // Those of this round while the server runs, all of them at the end.
      const ofRound = [...passphrases.keys()].filter((id) => !known.has(id));
      await look(ofRound);
      await hardReboot(server);
      await look(ofRound);
      await server.remove();
    }
    await look([...passphrases.keys()]);
    expect(found).toEqual([]);
    const all = needles();
    const inText = (text: string): boolean => all.some((needle) => text.includes(needle.toString("latin1")));
    expect(heard.filter(inText).length, "bus messages with a passphrase").toBe(0);
    expect([...seen].filter(inText).length, "command lines and environments with a passphrase").toBe(0);

    // That something was searched for, and in something.
    expect(passphrases.size).toBeGreaterThanOrEqual(boots / 2 + 1);
    const swtpms = [...seen].filter((text) => text.includes("swtpm"));
    expect(swtpms.length).toBeGreaterThanOrEqual(boots / 2);
    expect(heard.length).toBeGreaterThan(boots * 5);
    console.log(
      `${boots} boots, ${passphrases.size} passphrases in ${all.length} pieces: none in ${heard.length} bus messages, ` +
        `${seen.size} different command lines and environments (${looks} looks at all processes, ${swtpms.length} of swtpm), ` +
        `or any file of the cloud, below /var/lib/libvirt/swtpm, /var/log/libvirt, /var/log/swtpm, /run/libvirt or /etc/libvirt`,
    );
    const planted = join(cloud.statePath, "planted");
    await writeFile(planted, all[4] ?? "");
    expect(await bytesFind(await places(), all)).toEqual([planted]);
  },
);
