/**
 * POST /servers → ACTIVE with a vTPM 2.0 CRB, image cached, against define and start of the same XML by libvirt's
 * own client, turn by turn on the same machine. libvirt makes the TPM itself in the reference (0.7 s of it), as it does for
 * everybody who uses it so; a second reference starts on a TPM that exists, a third has none.
 */
import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { randomBytes, randomUUID } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import { prepareHost } from "../src/main/setup/prepare-host.ts";
import { startRealCloud, type RealCloud } from "../test/kit/real-cloud.ts";
import { serverRun } from "./server-run.ts";
import { figuresLine, figuresOf } from "./figures.ts";

const run = promisify(execFile);

export async function bench(args: readonly string[]): Promise<void> {
  const rounds = Number(args[0] ?? 7);
  await prepareHost({ log: (line) => console.error(line) });
  const cloud = await startRealCloud();
  const samples: Record<"ours" | "raw" | "existing" | "none", number[]> = {
    ours: [],
    raw: [],
    existing: [],
    none: [],
  };
  try {
    await serverRound(cloud); // The image comes into the cache, the certificate authority is made.
    for (let round = 0; round < rounds; round += 1) {
      const { ms, xml } = await serverRound(cloud);
      samples.ours.push(ms);
      const raw = await rawRound(cloud, xml);
      samples.raw.push(raw.made);
      samples.existing.push(raw.existing);
      samples.none.push(raw.none);
      console.error(
        `round ${round + 1} of ${rounds}: ours ${ms.toFixed(0)} ms, raw ${raw.made.toFixed(0)} ms`,
      );
    }
  } finally {
    await cloud.remove();
  }
  console.log(figuresLine("POST /servers -> ACTIVE, vTPM 2.0 CRB", samples.ours));
  console.log(figuresLine("virsh define + start, same XML, libvirt makes the TPM", samples.raw));
  console.log(figuresLine("virsh start, TPM exists", samples.existing));
  console.log(figuresLine("virsh define + start, no TPM", samples.none));
  const ratio = (to: readonly number[]): string =>
    (figuresOf(samples.ours).median / figuresOf(to).median).toFixed(2);
  console.log(
    `ratio to define + start of the same XML: ${ratio(samples.raw)}   (to start on an existing TPM: ${ratio(samples.existing)})`,
  );
}

/** Creates a server, keeps its domain's XML, deletes it. */
async function serverRound(cloud: RealCloud): Promise<{ ms: number; xml: string }> {
  const { id, ms, remove } = await serverRun(cloud.demo);
  const { stdout: xml } = await run("virsh", ["dumpxml", "--inactive", "--security-info", id]);
  await remove();
  return { ms, xml };
}

/** The same domain under another name and disk, by virsh alone. */
async function rawRound(
  cloud: RealCloud,
  xml: string,
): Promise<{ made: number; existing: number; none: number }> {
  const [uuid, secret] = [randomUUID(), randomUUID()];
  const folder = join(cloud.instancesPath, "bench");
  await mkdir(folder, { recursive: true, mode: 0o711 });
  const disk = join(folder, "disk");
  const base = /<source file='([^']*_base[^']*)'/.exec(xml)?.[1] ?? "";
  const oldUuid = /<uuid>([^<]+)</.exec(xml)?.[1] ?? "";
  const own = xml
    .replaceAll(oldUuid, uuid)
    .replace(/<encryption secret='[^']+'/, `<encryption secret='${secret}'`)
    .replaceAll(
      /(file|path)='[^']*\/servers\/[^/']+\/([^']+)'/g,
      (_all, key: string, name: string) => `${key}='${join(folder, name)}'`,
    )
    .replace(/<backingStore[\s\S]*?<\/backingStore>/, "");
  await run("qemu-img", [
    "create",
    "-q",
    "-f",
    "qcow2",
    ...(base === "" ? [] : ["-b", base, "-F", "qcow2"]),
    disk,
    "1G",
  ]);
  const [withTpm, without] = [join(folder, "tpm.xml"), join(folder, "none.xml")];
  await writeFile(withTpm, own);
  await writeFile(without, own.replace(/<tpm[\s\S]*?<\/tpm>/, ""));
  const secretXml = `<secret ephemeral='yes' private='yes'><uuid>${secret}</uuid><usage type='vtpm'><name>${uuid}</name></usage></secret>`;
  await writeFile(join(folder, "secret.xml"), secretXml);
  await writeFile(join(folder, "passphrase"), randomBytes(384).toString("base64"), { mode: 0o600 });
  const setSecret = async (): Promise<void> => {
    await run("virsh", ["secret-define", join(folder, "secret.xml")]);
    await run("virsh", ["secret-set-value", secret, "--file", join(folder, "passphrase"), "--plain"]);
  };
  try {
    await setSecret();
    const made = await timed(async () => {
      await run("virsh", ["define", withTpm]);
      await run("virsh", ["start", uuid]);
    });
    await run("virsh", ["destroy", uuid]);
    const existing = await timed(() => run("virsh", ["start", uuid]));
    await run("virsh", ["destroy", uuid]);
    await run("virsh", ["undefine", "--tpm", uuid]);
    const none = await timed(async () => {
      await run("virsh", ["define", without]);
      await run("virsh", ["start", uuid]);
    });
    return { made, existing, none };
  } finally {
    await run("virsh", ["destroy", uuid]).catch(() => undefined);
    await run("virsh", ["undefine", "--tpm", uuid]).catch(() => undefined);
    await run("virsh", ["secret-undefine", secret]).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
