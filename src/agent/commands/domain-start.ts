import { sleep } from "#base/clock.ts";
import { CloudError } from "#base/errors.ts";
import { wipe } from "#base/secret.ts";
import { domainGetState, domainStart as start } from "#libvirt/index.ts";
import { boxOpen } from "#seal/index.ts";
import { vtpmAssociatedData, type TpmVersion } from "#vtpm/index.ts";
import type { AgentContext } from "../agent-context.ts";
import { domainTpmVersionFind } from "../domain-xml/metadata.ts";
import { isActive, ownDomainFetch, type OwnDomain } from "../own-domain.ts";
import { tpmEndedTry } from "../tpm/ended.ts";
import { keptPassphraseDelete, keptPassphraseOpen, keptPassphraseWrite } from "../tpm/kept-passphrase.ts";
import { vtpmSecretFind, vtpmSecretRemove, withVtpmSecret } from "../tpm/libvirt-secret.ts";
import { managedSaveHash } from "../tpm/managed-save-hash.ts";
import { tpmOpensRequire, tpmStateSettle } from "../tpm/settle.ts";
import { swtpmOrphansEnd } from "../tpm/swtpm-began.ts";
import { vaultIntervalOpen } from "../tpm/vault.ts";
import type { Command, CommandMessage } from "./command.ts";

/** Longer than a start, a restore or a way down takes; who asked asks again after that. */
const changePatienceMs = 90_000;

export const domainStart: Command<"domainStart"> = async (context, { serverId, tpm }) => {
  const domain = await ownDomainFetch(context, serverId);
  await changeUnderWayEnd(context, domain);
  const version = domainTpmVersionFind(domain.xml);
  if (await isActive(context.libvirt, domain.handle)) return await alreadyStarted(context, serverId, version);
  if (version === undefined) await start(context.libvirt, domain.handle);
  else await startWithTpm(context, { domain, serverId, version, tpm });
  return {};
};

/**
 * libvirtd goes on with a start whose caller was killed, and that start still needs the secret; and a guest that is on
 * its way down is not one that runs. Both end by themselves. Throws `timeout` when they do not.
 */
async function changeUnderWayEnd({ libvirt }: AgentContext, { handle }: OwnDomain): Promise<void> {
  for (const end = performance.now() + changePatienceMs; performance.now() < end; await sleep(50)) {
    const { state, reason } = await domainGetState(libvirt, handle);
    if (state !== "shutdown" && (state !== "paused" || reason !== "starting-up")) return;
  }
  throw new CloudError(
    "timeout",
    `The domain ${handle.name} is still starting or shutting down after ${changePatienceMs / 1_000} s.`,
  );
}

/** Repeated after a crash: the process that started it may not have come to removing the secret. */
async function alreadyStarted(
  { copies, libvirt }: AgentContext,
  serverId: string,
  version: TpmVersion | undefined,
): Promise<Record<string, never>> {
  const left = await vtpmSecretFind(libvirt, serverId);
  if (left !== undefined) await vtpmSecretRemove(libvirt, left);
  if (version !== undefined) copies.watch(serverId, version);
  copies.look(serverId);
  return {};
}

interface TpmStart {
  readonly domain: OwnDomain;
  readonly serverId: string;
  readonly version: TpmVersion;
  readonly tpm: CommandMessage<"domainStart">["tpm"];
}

async function startWithTpm(context: AgentContext, { domain, ...server }: TpmStart): Promise<void> {
  const { copies, key, libvirt } = context;
  const { serverId, version, tpm } = server;
  if (tpm === undefined) {
    throw new CloudError(
      "invalid",
      `Server ${serverId} has a TPM: starting it needs the passphrase, and none came with the command.`,
    );
  }
  const orphans = await swtpmOrphansEnd(domain.handle.name, context.paths.server(serverId).tpmState);
  if (orphans > 0) context.log.warn({ serverId, orphans }, "a swtpm of an earlier start was ended");
  const saveHash = managedSaveHash(context, domain);
  // Heard of below, when the box does open.
  saveHash.catch(() => undefined);
  const { secretId } = tpm.spec;
  const passphrase =
    tpm.passphrase === undefined
      ? await keptPassphraseOpen(context, { serverId, secretId })
      : await boxOpen(key, tpm.passphrase, vtpmAssociatedData(serverId));
  try {
    const saveSha256 = await saveHash;
    const sha256 = await tpmStateSettle(context, { serverId, version, passphrase, saveSha256 });
    await vaultIntervalOpen(context, serverId, { sha256, saveSha256 });
    copies.watch(serverId, version);
    if (tpm.keepPassphrase === true) await keptPassphraseWrite(context, { serverId, secretId }, passphrase);
    else await keptPassphraseDelete(context, serverId);
    const secret = { serverId, secretId, passphrase, domainName: domain.handle.name };
    try {
      await withVtpmSecret(libvirt, secret, () => start(libvirt, domain.handle));
    } catch (error) {
      await tpmOpensRequire(context, { serverId, version, passphrase }, error);
      throw error;
    }
    // A restore writes the state of its image, whatever was there.
    copies.look(serverId);
  } catch (error) {
    if (copies.isWatched(serverId)) await tpmEndedTry(context, serverId);
    throw error;
  } finally {
    wipe(passphrase);
  }
}
