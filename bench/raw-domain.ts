/** A server's domain once more under another name, driven by libvirt's own client, for references. */
import { execFile } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const virsh = (...args: readonly string[]): Promise<unknown> => run("virsh", ["-q", ...args]);

export interface RawDomain {
  readonly consoleLog: string;
  define(): Promise<void>;
  /** As a client has to that keeps no secret in libvirt: secret set, domain started or restored, secret removed. */
  start(): Promise<void>;
  /** The guest is asked, and waited for. */
  shutdown(): Promise<void>;
  destroy(): Promise<void>;
  managedSave(): Promise<void>;
  /** A new root disk over the same base. */
  diskMake(): Promise<void>;
  /** The disk into one file, what libvirt knows of the TPM aside, and everything off the host. */
  shelve(): Promise<void>;
  unshelve(): Promise<void>;
  /** Running, and gone with everything of it. */
  delete(): Promise<void>;
  /** Whatever is left of it. */
  remove(): Promise<void>;
}

/** `xml`: of the server's domain, with its secrets' ids. Nothing is there until `diskMake` and `define`. */
export async function rawDomain(xml: string, folder: string): Promise<RawDomain> {
  const [uuid, secret] = [randomUUID(), randomUUID()];
  const at = (name: string): string => join(folder, name);
  await mkdir(folder, { recursive: true, mode: 0o711 });
  await writeFile(at("domain.xml"), ownXml(xml, { uuid, secret, folder }));
  await secretWrite(folder, { uuid, secret });
  const tpmState = `/var/lib/libvirt/swtpm/${uuid}`;
  const raw: RawDomain = {
    consoleLog: at("console.log"),
    define: async () => void (await virsh("define", at("domain.xml"))),
    async start() {
      await secretSet(folder, secret);
      await virsh("start", uuid);
      await virsh("secret-undefine", secret);
    },
    async shutdown() {
      await virsh("shutdown", uuid);
      while (!(await run("virsh", ["domstate", uuid])).stdout.includes("shut off")) await sleep(5);
    },
    destroy: async () => void (await virsh("destroy", uuid)),
    managedSave: async () => void (await virsh("managedsave", uuid)),
    diskMake: () => diskMake(xml, at("disk")),
    async shelve() {
      await raw.shutdown();
      await run("qemu-img", ["convert", "-O", "qcow2", at("disk"), at("shelved.qcow2")]);
      await cp(tpmState, at("tpm"), { recursive: true, preserveTimestamps: true });
      await virsh("undefine", uuid, "--tpm");
      await rm(at("disk"));
    },
    async unshelve() {
      await run("cp", ["--sparse=always", at("shelved.qcow2"), at("disk")]);
      await run("cp", ["-a", at("tpm"), tpmState]);
      await run("chown", ["-R", "tss:tss", `${tpmState}/tpm2`]);
      await raw.define();
      await raw.start();
      await rm(at("shelved.qcow2"));
    },
    async delete() {
      await virsh("destroy", uuid);
      await virsh("undefine", uuid, "--tpm");
      await rm(folder, { recursive: true });
    },
    async remove() {
      await virsh("destroy", uuid).catch(() => undefined);
      await virsh("undefine", uuid, "--managed-save", "--tpm").catch(() => undefined);
      await virsh("secret-undefine", secret).catch(() => undefined);
      await rm(tpmState, { recursive: true, force: true });
      await rm(folder, { recursive: true, force: true });
    },
  };
  return raw;
}

/** The domain of the XML under another name, with its files in another folder. */
export function ownXml(
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

/** A new disk over the base of the XML's. */
export async function diskMake(xml: string, disk: string): Promise<void> {
  const base = /<source file='([^']*_base[^']*)'/.exec(xml)?.[1] ?? "";
  const backing = base === "" ? [] : ["-b", base, "-F", "qcow2"];
  await rm(disk, { force: true });
  await run("qemu-img", ["create", "-q", "-f", "qcow2", ...backing, disk, "1G"]);
}

/** What `secretSet` gives to libvirt. */
export async function secretWrite(
  folder: string,
  { uuid, secret }: { readonly uuid: string; readonly secret: string },
): Promise<void> {
  const definition = `<secret ephemeral='yes' private='yes'><uuid>${secret}</uuid><usage type='vtpm'><name>${uuid}</name></usage></secret>`;
  await writeFile(join(folder, "secret.xml"), definition);
  await writeFile(join(folder, "passphrase"), randomBytes(384).toString("base64"), { mode: 0o600 });
}

export async function secretSet(folder: string, secret: string): Promise<void> {
  await virsh("secret-define", join(folder, "secret.xml"));
  await virsh("secret-set-value", secret, "--file", join(folder, "passphrase"), "--plain");
}

/** Waits until the guest has printed this many first blocks on its console: it is up and hears its power button. */
export async function guestBooted(consoleLog: string, boots: number): Promise<void> {
  for (;;) {
    const text = await readFile(consoleLog, "utf8").catch(() => "");
    if (text.split(": seq: 1\r\n").length - 1 >= boots) return;
    await sleep(100);
  }
}
