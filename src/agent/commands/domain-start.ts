import { sleep } from "#base/clock.ts";
import { CloudError } from "#base/errors.ts";
import { wipe } from "#base/secret.ts";
import { domainGetState, domainStart as start } from "#libvirt/index.ts";
import { boxOpen } from "#seal/index.ts";
import { vtpmAssociatedData } from "#vtpm/index.ts";
import type { AgentContext } from "../agent-context.ts";
import { domainTpmVersionFind } from "../domain-xml/metadata.ts";
import { isActive, ownDomainFetch, type OwnDomain } from "../own-domain.ts";
import { vtpmSecretFind, vtpmSecretRemove, withVtpmSecret } from "../tpm/libvirt-secret.ts";
import { tpmStateLook, tpmStateLostError } from "../tpm/state.ts";
import type { Command, CommandMessage } from "./command.ts";

/** Longer than a start, a restore or a way down takes; who asked asks again after that. */
const changePatienceMs = 90_000;

export const domainStart: Command<"domainStart"> = async (context, { serverId, tpm }) => {
  const domain = await ownDomainFetch(context, serverId);
  await changeUnderWayEnd(context, domain);
  if (await isActive(context.libvirt, domain.handle)) return await alreadyStarted(context, serverId);
  const version = domainTpmVersionFind(domain.xml);
  if (version === undefined) {
    await start(context.libvirt, domain.handle);
  } else {
    const paths = context.paths.server(serverId);
    if ((await tpmStateLook(paths, version)) !== "complete")
      throw tpmStateLostError(serverId, paths, version);
    await startWithTpm(context, domain, serverId, tpm);
  }
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
async function alreadyStarted({ libvirt }: AgentContext, serverId: string): Promise<Record<string, never>> {
  const left = await vtpmSecretFind(libvirt, serverId);
  if (left !== undefined) await vtpmSecretRemove(libvirt, left);
  return {};
}

async function startWithTpm(
  { key, libvirt }: AgentContext,
  { handle }: OwnDomain,
  serverId: string,
  tpm: CommandMessage<"domainStart">["tpm"],
): Promise<void> {
  if (tpm === undefined) {
    throw new CloudError(
      "invalid",
      `Server ${serverId} has a TPM: starting it needs the passphrase, and none came with the command.`,
    );
  }
  const passphrase = await boxOpen(key, tpm.passphrase, vtpmAssociatedData(serverId));
  try {
    await withVtpmSecret(libvirt, { serverId, secretId: tpm.spec.secretId, passphrase }, () =>
      start(libvirt, handle),
    );
  } finally {
    wipe(passphrase);
  }
}
