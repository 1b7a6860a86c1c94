import { readdir } from "node:fs/promises";
import { sleep } from "#base/clock.ts";
import { isAbsent } from "../files.ts";

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

async function filesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}
