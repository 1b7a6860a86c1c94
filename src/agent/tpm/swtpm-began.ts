import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { sleep } from "#base/clock.ts";
import { isAbsent } from "../files.ts";
import { swtpmAbandonedEnd } from "./swtpm-running.ts";

/** Where libvirt lets every swtpm write its process id; built into libvirt (`swtpmStateDir`). */
const runFolder = "/run/libvirt/qemu/swtpm";
/** libvirt keeps so much of a domain's name in names of files (`virDomainDefGetShortName`). */
const shortNameChars = 20;
const lookMs = 5;

/**
 * Answers a question of now: whether a swtpm of this domain has begun since. It writes its process id when it has read its keys
 * (swtpm(8), --pid), so libvirt has no more use for the passphrase of this start; QEMU is yet to come then. A domain's id is new at
 * every start, and so is the file's name. Rejects with the signal's reason when it is aborted first.
 */
export async function swtpmBeganWatch(
  domainName: string,
  signal: AbortSignal,
  folder = runFolder,
): Promise<() => Promise<void>> {
  const end = `-${domainName.slice(0, shortNameChars)}-swtpm.pid`;
  const look = async (): Promise<readonly string[]> =>
    (await filesIn(folder)).filter((name) => name.endsWith(end));
  const before = new Set(await look());
  return async () => {
    while ((await look()).every((name) => before.has(name))) await sleep(lookMs, signal);
  };
}

/**
 * Of a domain that is off: a libvirtd that was killed in the midst of a start leaves a swtpm without a QEMU, with its key in memory, which
 * no later libvirtd looks for, because a domain's id is new at every start. Answers how many were ended.
 */
export async function swtpmOrphansEnd(
  domainName: string,
  tpmState: string,
  folder = runFolder,
): Promise<number> {
  const part = `-${domainName.slice(0, shortNameChars)}-swtpm.`;
  const left = (await filesIn(folder)).filter((name) => name.includes(part));
  if (left.length === 0) return 0;
  const ended = await swtpmAbandonedEnd(`${tpmState}/`);
  await Promise.all(left.map((name) => rm(join(folder, name), { force: true })));
  return ended;
}

async function filesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}
