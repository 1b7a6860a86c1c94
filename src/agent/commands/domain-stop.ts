import { domainDestroy, domainGetState, domainShutdown, isOperationInvalid } from "#libvirt/index.ts";
import type { DomainHandle } from "#libvirt/index.ts";
import type { AgentContext } from "../agent-context.ts";
import { isActive, ownDomainFetch } from "../own-domain.ts";
import { tpmEndedTry } from "../tpm/ended.ts";
import type { Command } from "./command.ts";

/** A guest that is still booting misses the power button; Nova presses again after ten seconds too. */
const pressAgainMs = 10_000;

export const domainStop: Command<"domainStop"> = async (context, { serverId, timeoutS }) => {
  const { handle } = await ownDomainFetch(context, serverId);
  if (!(await isActive(context.libvirt, handle))) return {};
  if (timeoutS === 0 || !(await shutdownByGuest(context, handle, timeoutS * 1_000)))
    await unlessStopped(domainDestroy(context.libvirt, handle));
  await tpmEndedTry(context, serverId);
  return {};
};

/** False when the guest did not obey in time, or cannot, because it is paused. */
async function shutdownByGuest(
  { libvirt, log, watch }: AgentContext,
  handle: DomainHandle,
  timeoutMs: number,
): Promise<boolean> {
  const { state } = await domainGetState(libvirt, handle);
  if (state === "paused") return false;
  using listener = watch.listen(handle.uuid, "lifecycle");
  const deadline = performance.now() + timeoutMs;
  let pressAgainAt = 0;
  for (let now = performance.now(); now < deadline; now = performance.now()) {
    if (now >= pressAgainAt) {
      await unlessStopped(domainShutdown(libvirt, handle, { acpi: true }));
      pressAgainAt = now + pressAgainMs;
    }
    await listener.next(Math.min(deadline, pressAgainAt) - now);
    if (!(await isActive(libvirt, handle))) return true;
  }
  log.warn({ timeoutMs }, "the guest did not shut down in time; it is powered off");
  return false;
}

async function unlessStopped(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isOperationInvalid(error)) throw error;
  }
}
