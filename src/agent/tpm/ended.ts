import { sleep } from "#base/clock.ts";
import { errorText, isCloudError } from "#base/errors.ts";
import type { AgentContext } from "../agent-context.ts";
import { domainTpmVersionFind } from "../domain-xml/metadata.ts";
import { isActive, ownDomainFind } from "../own-domain.ts";
import { managedSaveHash } from "./managed-save-hash.ts";
import { vaultIntervalClose } from "./vault.ts";

const retryMs = 500;

/**
 * The domain has ended: the vault gets the last state, the hash of the managed save if it ended with one, and closes the
 * running interval. Nothing for a server without a TPM, or one that runs. Throws what the vault answers.
 */
export async function tpmEnded(context: AgentContext, serverId: string): Promise<void> {
  const { copies, libvirt } = context;
  const domain = await ownDomainFind(context, serverId);
  const version = domain && domainTpmVersionFind(domain.xml);
  if (domain === undefined || version === undefined || (await isActive(libvirt, domain.handle))) return;
  const sha256 = await copies.copy(serverId, version, "changed");
  // The interval stays open: the next start judges what is there.
  if (sha256 === undefined) return copies.forget(serverId);
  const saveSha256 = await managedSaveHash(context, domain);
  await vaultIntervalClose(context, serverId, { sha256, saveSha256 });
  copies.forget(serverId);
}

/** As {@link tpmEnded}, but never rejects: what the vault does not hear now, {@link tpmEndedEventually} tells it. */
export async function tpmEndedTry(context: AgentContext, serverId: string): Promise<void> {
  try {
    await tpmEnded(context, serverId);
  } catch (error) {
    context.log.warn({ error: errorText(error) }, "the last TPM state of the server is not in the vault yet");
  }
}

/** Never rejects. In the server's turn, and again while the control plane or libvirtd is away. */
export async function tpmEndedEventually(
  context: AgentContext,
  serverId: string,
  signal: AbortSignal,
): Promise<void> {
  const { copies, log, queue } = context;
  while (copies.isWatched(serverId) && !signal.aborted) {
    try {
      await queue.run(serverId, () => tpmEnded(context, serverId));
      return;
    } catch (error) {
      if (isCloudError(error, "conflict", "not-found")) {
        log.error({ serverId, error: error.message }, "the vault refuses the last TPM state");
        return copies.forget(serverId);
      }
      log.debug({ serverId, error: errorText(error) }, "the last TPM state is not in the vault yet");
      await sleep(retryMs, signal).catch(() => undefined);
    }
  }
}
