import { CloudError } from "#base/errors.ts";
import type { AgentContext } from "../agent-context.ts";
import { isActive, ownDomainFind } from "../own-domain.ts";

/** Throws `conflict` when QEMU has the server's files open. */
export async function offRequire(context: AgentContext, serverId: string, what: string): Promise<void> {
  const domain = await ownDomainFind(context, serverId);
  if (domain === undefined || !(await isActive(context.libvirt, domain.handle))) return;
  throw new CloudError(
    "conflict",
    `Server ${serverId} is running, so ${what} cannot be removed. Stop it first.`,
  );
}

/** Throws `conflict` when QEMU has the rescue's disk open; the server itself may run from its own. */
export async function offRequireRescued(
  context: AgentContext,
  serverId: string,
  rescueDisk: string,
): Promise<void> {
  const domain = await ownDomainFind(context, serverId);
  if (domain?.xml.includes(rescueDisk) !== true) return;
  await offRequire(context, serverId, "the disk of its rescue");
}
