import { sleep } from "#base/clock.ts";
import { errorText, isCloudError } from "#base/errors.ts";
import type { TpmVersion } from "#vtpm/index.ts";
import type { AgentContext } from "../agent-context.ts";
import { domainTpmVersionFind } from "../domain-xml/metadata.ts";
import { isActive, ownDomainFind } from "../own-domain.ts";
import { ownDomainList } from "../own-domain-list.ts";
import { managedSaveHash } from "./managed-save-hash.ts";
import { tpmStateRead } from "./state-bytes.ts";
import { swtpmOrphansEnd } from "./swtpm-began.ts";
import { vaultCompare, vaultIntervalClose, vaultIntervalOpen } from "./vault.ts";

const retryMs = 500;

/**
 * What happened to TPMs while the agent, libvirtd or the control plane was away. Running servers are watched again and their
 * states copied; of those that went off, the interval is closed when the vault has the state, and left to the next start,
 * which has the passphrase, when it has not. Never rejects.
 */
export async function tpmCatchUp(context: AgentContext, signal: AbortSignal): Promise<void> {
  const { log, queue } = context;
  try {
    const domains = await ownDomainList(context);
    const withTpm = [...domains].flatMap(([serverId, { xml }]) => {
      const version = domainTpmVersionFind(xml);
      return version === undefined ? [] : [{ serverId, version }];
    });
    await Promise.all(
      withTpm.map(async ({ serverId, version }) => {
        while (!signal.aborted) {
          if (await queue.run(serverId, () => serverCatchUp(context, serverId, version))) return;
          await sleep(retryMs, signal);
        }
      }),
    );
  } catch (error) {
    if (!signal.aborted) log.warn({ error: errorText(error) }, "TPMs could not be compared with the vault");
  }
}

/** False: the vault did not answer. */
async function serverCatchUp(context: AgentContext, serverId: string, version: TpmVersion): Promise<boolean> {
  const { log } = context;
  try {
    await compareNow(context, serverId, version);
    return true;
  } catch (error) {
    if (isCloudError(error, "unavailable", "timeout")) return false;
    log.error({ serverId, error: errorText(error) }, "the TPM could not be compared with the vault");
    return true;
  }
}

async function compareNow(context: AgentContext, serverId: string, version: TpmVersion): Promise<void> {
  const { copies, libvirt, log, paths } = context;
  const domain = await ownDomainFind(context, serverId);
  if (domain === undefined) return;
  if (await isActive(libvirt, domain.handle)) {
    copies.watch(serverId, version);
    const copied = await copies.copy(serverId, version, "changed while the agent was away");
    if (copied !== undefined) await vaultIntervalOpen(context, serverId, { sha256: copied });
    return;
  }
  copies.forget(serverId);
  await swtpmOrphansEnd(domain.handle.name, paths.server(serverId).tpmState);
  const sha256 = (await tpmStateRead(paths.server(serverId), version))?.sha256;
  const { held, standing } = await vaultCompare(context, serverId, { sha256 });
  if (!held) return;
  if (standing !== "newest" || sha256 === undefined) {
    log.warn(
      { serverId, standing, sha256 },
      "the TPM changed while the agent was away; the next start looks at it",
    );
    return;
  }
  await vaultIntervalClose(context, serverId, { sha256, saveSha256: await managedSaveHash(context, domain) });
}
