import { sleep } from "#base/clock.ts";
import { errorText } from "#base/errors.ts";
import type { AgentContext } from "../agent-context.ts";
import { runningServers, type RunningServers } from "./swtpm-running.ts";

const lookEveryMs = 2_000;
/** A server whose swtpm is gone is told of again after so many looks: what hears of it may have been away. */
const tellAgainLooks = 15;

/**
 * Looks at running servers' TPMs until the signal: for changes of which inotify said nothing, and for a swtpm that has ended, which
 * libvirt does not tell. `onLost` hears of a server whose QEMU runs without one at the second look in a row: one that goes down has lost
 * its QEMU by then. Never rejects.
 */
export async function runningTpmsWatch(
  { copies, log }: Pick<AgentContext, "copies" | "log">,
  onLost: (serverId: string) => void,
  signal: AbortSignal,
  everyMs = lookEveryMs,
): Promise<void> {
  let found: RunningServers = { swtpm: new Map(), qemu: new Set() };
  let looksWithout: ReadonlyMap<string, number> = new Map();
  const without = (servers: readonly string[]): readonly string[] =>
    servers.filter((serverId) => !isRunning(found.swtpm.get(serverId)));
  while (!signal.aborted) {
    try {
      const servers = copies.watched();
      await copies.sweep();
      if (without(servers).length > 0) found = await runningServers();
      const lost = without(servers).filter((serverId) => found.qemu.has(serverId));
      looksWithout = new Map(lost.map((serverId) => [serverId, (looksWithout.get(serverId) ?? 0) + 1]));
      for (const [serverId, looks] of looksWithout) if (looks % tellAgainLooks === 2) onLost(serverId);
    } catch (error) {
      log.warn({ error: errorText(error) }, "running servers' TPMs could not be looked at");
    }
    await sleep(everyMs, signal).catch(() => undefined);
  }
}

function isRunning(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
