import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { diskMake, ownXml, secretSet, secretWrite } from "./raw-domain.ts";

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
  /** start of the same without a TPM. */
  readonly noneStarted: number;
}

/** The domain of the XML under another name and on another disk, by virsh alone. */
export async function rawRound(instancesPath: string, xml: string): Promise<RawFigures> {
  const [uuid, secret] = [randomUUID(), randomUUID()];
  const folder = join(instancesPath, "bench");
  await mkdir(folder, { recursive: true, mode: 0o711 });
  const virsh = (...args: string[]): Promise<unknown> => run("virsh", args);
  const domain = async (name: string): Promise<string> => {
    await diskMake(xml, join(folder, "disk"));
    const own = ownXml(xml, { uuid, secret, folder });
    const path = join(folder, `${name}.xml`);
    await writeFile(path, name === "none" ? own.replace(/<tpm[\s\S]*?<\/tpm>/, "") : own);
    return path;
  };
  try {
    const withTpm = await domain("tpm");
    await secretWrite(folder, { uuid, secret });
    await secretSet(folder, secret);
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
    await virsh("destroy", uuid);
    const noneStarted = await timed(() => virsh("start", uuid));
    return { made, started, rebooted, none, noneStarted };
  } finally {
    await virsh("destroy", uuid).catch(() => undefined);
    await virsh("undefine", "--tpm", uuid).catch(() => undefined);
    await virsh("secret-undefine", secret).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  }
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
