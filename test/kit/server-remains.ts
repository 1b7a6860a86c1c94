import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { eventually, type Answer } from "./client.ts";
import type { RealCloud } from "./real-cloud.ts";

const run = promisify(execFile);
const swtpmFolder = "/var/lib/libvirt/swtpm";

/**
 * What a repeated step writes twice, truly: each is a use, or an entry of the saga's log. And how often a guest changed its TPM
 * by now is the guest's business: the newest state is looked at instead.
 */
const countedOften = /^saga_log$|^audit_|^compute_tpm_generations$/u;

/** How often a row was written, in which order, also among those of other servers, and by whom. */
const notCompared = /^(version|generation|fence|lease_owner|lease_until|position)$/u;

const patienceMs = 300_000;
/** Each look reads the whole database. */
const lookMs = 200;

type Row = Readonly<Record<string, unknown>>;
type Rows = ReadonlyMap<string, readonly Row[]>;

/**
 * All that there is of a server anywhere, without what differs from run to run (ids, times, keys): two servers that went through the
 * same have the same, whether the cloud was killed on the way or not.
 */
export async function serverRemains(cloud: RealCloud, id: string): Promise<object> {
  await sagasEnded(cloud, id);
  const { status, body } = await cloud.admin.send("GET", `/compute/v2.1/servers/${id}`, undefined, "2.96");
  const facts = status === 404 ? "gone" : viewOf(body.server as Record<string, unknown>);
  const vaultHasTheState = await eventuallyInVault(cloud, id);
  const rows = databaseRows(cloud, id);
  return {
    server: facts,
    allocation: await allocationOf(cloud, id),
    ...(await onHost(cloud, id)),
    secrets: await secretsOf(cloud, id),
    images: await imagesOf(cloud, id),
    tables: Object.fromEntries(
      [...rows]
        .filter(([table]) => !countedOften.test(table))
        .map(([table, found]) => [table, found.map((row) => rowText(row, id)).toSorted()]),
    ),
    vaultHasTheState,
  };
}

function viewOf(server: Record<string, unknown>): object {
  const names = ["status", "fault", "flavor", "OS-EXT-STS:vm_state", "OS-EXT-STS:power_state"];
  return Object.fromEntries(names.map((name) => [name, server[name]]));
}

async function allocationOf(cloud: RealCloud, id: string): Promise<unknown> {
  const { body }: Answer = await cloud.admin.send("GET", `/placement/allocations/${id}`);
  return Object.values(body.allocations as Record<string, { resources: object }>).map(
    ({ resources }) => resources,
  );
}

async function onHost(cloud: RealCloud, id: string): Promise<object> {
  const folder = join(cloud.instancesPath, "servers", id);
  const files = (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith("console.log"));
  const disks: Record<string, unknown> = {};
  for (const name of files.filter((each) => each.startsWith("disk"))) {
    const { stdout } = await run("qemu-img", ["info", "-U", "--output=json", join(folder, name)]);
    disks[name] = (JSON.parse(stdout) as { "virtual-size": number })["virtual-size"];
  }
  const tpms = (await readdir(swtpmFolder)).filter((name) => name.startsWith(id));
  const virsh = async (...args: string[]): Promise<string> =>
    run("virsh", args).then(
      ({ stdout }) => stdout,
      () => "",
    );
  const xml = await virsh("dumpxml", "--inactive", id);
  const secrets = await virsh("-q", "secret-list");
  return {
    files: files.toSorted(),
    disks,
    tpms: tpms.map((name) => name.replace(id, "id")).toSorted(),
    domain: {
      state: (await virsh("domstate", id)).trim(),
      vcpu: /<vcpu[^>]*>(\d+)</.exec(xml)?.[1],
      memory: /<memory[^>]*>(\d+)</.exec(xml)?.[1],
      tpm: /<tpm model='([^']+)'/.exec(xml)?.[1],
    },
    libvirtSecrets: secrets.split("\n").filter((line) => line.includes(id)).length,
  };
}

async function secretsOf(cloud: RealCloud, id: string): Promise<number> {
  const { body } = await cloud.demo.send("GET", "/key-manager/v1/secrets?limit=1000");
  return (body.secrets as { name: string }[]).filter(({ name }) => name.endsWith(id)).length;
}

/** Made of the server. */
async function imagesOf(cloud: RealCloud, id: string): Promise<readonly string[]> {
  const { body } = await cloud.demo.send("GET", `/image/v2/images?instance_uuid=${id}`);
  return (body.images as { name: string; status: string }[])
    .map(({ name, status }) => `${name} ${status}`)
    .toSorted();
}

/** The rows of every table that name the server. */
function databaseRows(cloud: RealCloud, id: string): Rows {
  const database = new DatabaseSync(join(cloud.statePath, "sealstone.sqlite"), { readOnly: true });
  try {
    const tables = database
      .prepare("select name from sqlite_master where type = 'table' order by name")
      .all();
    const names = tables.map(({ name }) => String(name));
    return new Map(
      names.flatMap((name) => {
        const rows = database.prepare(`select * from "${name}"`).all() as Row[];
        const found = rows.filter((row) => Object.values(row).some((value) => String(value).includes(id)));
        return found.length === 0 ? [] : [[name, found] as const];
      }),
    );
  } finally {
    database.close();
  }
}

/** A row as text, without what differs from run to run: ids, times, keys, ciphertext. */
function rowText(row: Row, id: string): string {
  const columns = Object.entries(row).filter(
    ([name, value]) => !notCompared.test(name) && !(name === "id" && typeof value === "number"),
  );
  return JSON.stringify(Object.fromEntries(columns))
    .replaceAll(id, "SERVER")
    .replaceAll(/-----BEGIN [^-]+-----[^-]+-----END/gu, "PEM")
    .replaceAll(/(migrationId[\\"]+:)\d+/gu, "$1NUMBER")
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gu, "UUID")
    .replaceAll(/r-[0-9a-z]{8}\b/gu, "RESERVATION")
    .replaceAll(/[0-9a-f]{32,}/gu, "HEX")
    .replaceAll(/[\w+/-]{60,}={0,2}/gu, "BASE64")
    .replaceAll(/\b1\d{12}\b/gu, "TIME");
}

/** What the server looks like to its owner may come before the last steps of what made it so. */
async function sagasEnded(cloud: RealCloud, id: string): Promise<void> {
  const isOpen = ({ state }: Row): boolean => state === "running" || state === "unwinding";
  await eventually(async () => {
    await sleep(lookMs);
    return databaseRows(cloud, id).get("saga_runs")?.some(isOpen) === true ? undefined : true;
  }, patienceMs);
}

/** A copy takes a second, and on a busy machine many more. */
async function eventuallyInVault(cloud: RealCloud, id: string): Promise<boolean | undefined> {
  const [found] = await eventually(async () => {
    await sleep(lookMs);
    const has = await vaultHasState(databaseRows(cloud, id), id);
    return has === false ? undefined : [has];
  }, patienceMs);
  return found;
}

/** Undefined without a TPM; true when the newest state of the vault is the one on the host. */
async function vaultHasState(rows: Rows, id: string): Promise<boolean | undefined> {
  const state = await readFile(join(swtpmFolder, id, "tpm2", "tpm2-00.permall")).catch(() => undefined);
  if (!state) return undefined;
  const newest = (rows.get("compute_tpm_generations") ?? []).toSorted(
    (left, right) => Number(right["generation"]) - Number(left["generation"]),
  )[0];
  return newest?.["sha256"] === createHash("sha256").update(state).digest("hex");
}
