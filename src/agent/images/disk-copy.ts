import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { chmod, rename, rm, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { sleep } from "#base/clock.ts";
import { CloudError, errorText } from "#base/errors.ts";
import { domainAbortJob, domainBackupBegin, domainJobStats, isOperationInvalid } from "#libvirt/index.ts";
import type { AgentContext } from "../agent-context.ts";
import { element, xmlPrint } from "../domain-xml/element.ts";
import { fileSizeFind, syncToDisk } from "../files.ts";
import { isActive, ownDomainFind, type OwnDomain } from "../own-domain.ts";
import { ProgramError } from "../run-program.ts";
import { diskChainBytes, diskConvert } from "./qemu-img.ts";

const pollMs = 100;
const draftSuffix = ".part";

/** Left free beside a copy, so that running guests can still write. */
const spareBytes = 64 * 1024 ** 2;

/**
 * Copies a server's root disk, with all that it is laid over, into one qcow2 file: as it is when it is off, else as it was at
 * the beginning, while the guest runs on. Nothing is left of a copy that is not whole. Throws `conflict` when `signal`
 * is aborted, `no-capacity` when the host has no room.
 */
export async function diskCopy(
  context: AgentContext,
  serverId: string,
  target: string,
  signal: AbortSignal,
): Promise<void> {
  if ((await fileSizeFind(target)) !== undefined) return;
  const { disk } = context.paths.server(serverId);
  const draft = `${target}${draftSuffix}`;
  const domain = await ownDomainFind(context, serverId);
  // What an earlier process began.
  if (domain !== undefined) await backupEnd(context, domain);
  await rm(draft, { force: true });
  try {
    await roomRequire(disk);
    if (!(await liveCopy(context, { domain, draft, signal }))) {
      await rm(draft, { force: true });
      await diskConvert(disk, draft, signal);
    }
    signal.throwIfAborted();
    await chmod(draft, 0o600);
    await syncToDisk(draft);
    await rename(draft, target);
    await syncToDisk(dirname(target));
  } catch (error) {
    await rm(draft, { force: true });
    throw copyError(error, signal);
  }
}

/** Whole or half; what libvirt goes on with after the process that asked was killed ends too. */
export async function diskCopyRemove(context: AgentContext, serverId: string, target: string): Promise<void> {
  const draft = `${target}${draftSuffix}`;
  if ((await fileSizeFind(draft)) !== undefined) {
    const domain = await ownDomainFind(context, serverId);
    if (domain !== undefined) await backupEnd(context, domain);
    await rm(draft, { force: true });
  }
  await rm(target, { force: true });
}

export interface DiskCopyFacts {
  readonly sizeBytes: number;
  /** Hex. */
  readonly sha512: string;
}

export async function diskCopyFacts(target: string): Promise<DiskCopyFacts> {
  const hash = createHash("sha512");
  const [{ size: sizeBytes }] = await Promise.all([
    stat(target),
    pipeline(createReadStream(target, { highWaterMark: 1024 ** 2 }), hash),
  ]);
  return { sizeBytes, sha512: hash.digest("hex") };
}

/** A copy is at most as large as all files of the chain together. */
async function roomRequire(disk: string): Promise<void> {
  const [needed, { bavail, bsize }] = await Promise.all([diskChainBytes(disk), statfs(dirname(disk))]);
  const free = bavail * bsize;
  if (free >= needed + spareBytes) return;
  throw new CloudError(
    "no-capacity",
    `The host has no room for a copy of the server's disk: it needs up to ${needed} bytes, ${free} are free.`,
  );
}

interface LiveCopy {
  readonly domain: OwnDomain | undefined;
  readonly draft: string;
  readonly signal: AbortSignal;
}

/** False when the server is off, or went off meanwhile: its disk can be read then. */
async function liveCopy(context: AgentContext, { domain, draft, signal }: LiveCopy): Promise<boolean> {
  const { libvirt } = context;
  if (domain === undefined || !(await isActive(libvirt, domain.handle))) return false;
  try {
    await domainBackupBegin(libvirt, domain.handle, backupXml(draft));
    await backupWait(context, domain, signal);
    const { type, error } = await domainJobStats(libvirt, domain.handle, { completed: true });
    if (type === "completed") return true;
    if (!(await isActive(libvirt, domain.handle))) return false;
    throw new CloudError("conflict", "The disk of the running server could not be copied.", {
      detail: `the backup job is ${type}${error === undefined ? "" : `: ${error}`}`,
      cause: error,
    });
  } catch (error) {
    if (isOperationInvalid(error) && !(await isActive(libvirt, domain.handle))) return false;
    throw error;
  }
}

/** libvirt's definition of a backup (https://libvirt.org/formatbackup.html): it writes the copy, of the root disk alone. */
function backupXml(file: string): string {
  const disk = element("disk", { name: "vda", backup: "yes", type: "file" }, [
    element("driver", { type: "qcow2" }),
    element("target", { file }),
  ]);
  return xmlPrint(element("domainbackup", { mode: "push" }, [element("disks", {}, [disk])]));
}

async function backupWait(context: AgentContext, { handle }: OwnDomain, signal: AbortSignal): Promise<void> {
  const { libvirt } = context;
  for (let aborted = false; ; await sleep(pollMs)) {
    if (signal.aborted && !aborted) {
      aborted = true;
      await abortIfAny(context, handle);
    }
    if ((await domainJobStats(libvirt, handle)).type === "none") return;
  }
}

async function backupEnd(context: AgentContext, domain: OwnDomain): Promise<void> {
  const { handle } = domain;
  if (!(await isActive(context.libvirt, handle))) return;
  if ((await domainJobStats(context.libvirt, handle)).type === "none") return;
  await abortIfAny(context, handle);
  await backupWait(context, domain, new AbortController().signal);
}

async function abortIfAny({ libvirt }: AgentContext, handle: OwnDomain["handle"]): Promise<void> {
  try {
    await domainAbortJob(libvirt, handle);
  } catch (error) {
    // It has just ended.
    if (!isOperationInvalid(error)) throw error;
  }
}

function copyError(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted)
    return new CloudError("conflict", "The copy of the server's disk was cancelled.", { cause: error });
  const said = error instanceof ProgramError ? error.output : errorText(error);
  const detail = error instanceof CloudError ? (error.detail ?? "") : "";
  if (!/no space left/i.test(`${said} ${detail}`)) return error;
  return new CloudError("no-capacity", "The host has no room for a copy of the server's disk.", {
    detail: `${said} ${detail}`.trim(),
    cause: error,
  });
}
