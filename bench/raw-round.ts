import { execFile } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Milliseconds of what libvirt's own client does with a domain. */
export interface RawFigures {
  /** define + start, and libvirt makes the TPM. */
  readonly made: number;
  /** start on a TPM that exists. */
  readonly started: number;
  /** destroy + start. */
  readonly rebooted: number;
  /** define + start of the same without a TPM. */
  readonly none: number;
}

/** The domain of the XML under another name and on another disk, by virsh alone. */
export async function rawRound(instancesPath: string, xml: string): Promise<RawFigures> {
  const [uuid, secret] = [randomUUID(), randomUUID()];
  const folder = join(instancesPath, "bench");
  await mkdir(folder, { recursive: true, mode: 0o711 });
  const virsh = (...args: string[]): Promise<unknown> => run("virsh", args);
  const domain = async (name: string): Promise<string> => {
    const disk = join(folder, "disk");
    const base = /<source file='([^']*_base[^']*)'/.exec(xml)?.[1] ?? "";
    const backing = base === "" ? [] : ["-b", base, "-F", "qcow2"];
    await run("qemu-img", ["create", "-q", "-f", "qcow2", ...backing, disk, "1G"]);
    const own = ownXml(xml, { uuid, secret, folder });
    const path = join(folder, `${name}.xml`);
    await writeFile(path, name === "none" ? own.replace(/<tpm[\s\S]*?<\/tpm>/, "") : own);
    return path;
  };
  try {
    const withTpm = await domain("tpm");
    await secretSet(folder, uuid, secret);
    const made = await timed(async () => {
      await virsh("define", withTpm);
      await virsh("start", uuid);
    });
    await virsh("destroy", uuid);
    const started = await timed(() => virsh("start", uuid));
    const rebooted = await timed(async () => {
      await virsh("destroy", uuid);
      await virsh("start", uuid);
    });
    await virsh("destroy", uuid);
    await virsh("undefine", "--tpm", uuid);
    const without = await domain("none");
    const none = await timed(async () => {
      await virsh("define", without);
      await virsh("start", uuid);
    });
    return { made, started, rebooted, none };
  } finally {
    await virsh("destroy", uuid).catch(() => undefined);
    await virsh("undefine", "--tpm", uuid).catch(() => undefined);
    await virsh("secret-undefine", secret).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  }
}

function ownXml(
  xml: string,
  { uuid, secret, folder }: { readonly uuid: string; readonly secret: string; readonly folder: string },
): string {
  const oldUuid = /<uuid>([^<]+)</.exec(xml)?.[1] ?? "";
  return xml
    .replaceAll(oldUuid, uuid)
    .replace(/<encryption secret='[^']+'/, `<encryption secret='${secret}'`)
    .replaceAll(
      /(file|path)='[^']*\/servers\/[^/']+\/([^']+)'/g,
      (_all, key: string, name: string) => `${key}='${join(folder, name)}'`,
    )
    .replace(/<backingStore[\s\S]*?<\/backingStore>/, "");
}

async function secretSet(folder: string, uuid: string, secret: string): Promise<void> {
  const [definition, passphrase] = [join(folder, "secret.xml"), join(folder, "passphrase")];
  await writeFile(
    definition,
    `<secret ephemeral='yes' private='yes'><uuid>${secret}</uuid><usage type='vtpm'><name>${uuid}</name></usage></secret>`,
  );
  await writeFile(passphrase, randomBytes(384).toString("base64"), { mode: 0o600 });
  await run("virsh", ["secret-define", definition]);
  await run("virsh", ["secret-set-value", secret, "--file", passphrase, "--plain"]);
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
