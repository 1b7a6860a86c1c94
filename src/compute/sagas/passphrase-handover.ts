import { CloudError, errorText } from "#base/errors.ts";
import { wipe } from "#base/secret.ts";
import { terminal } from "#saga/index.ts";
import { boxOpen, boxSeal } from "#seal/index.ts";
import { vtpmAssociatedData } from "#vtpm/index.ts";
import { useOfSaga } from "../app/passphrase-audit.ts";
import { sagaAssociatedData } from "../app/passphrase.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import { imageTpmFind } from "../store/image-tpms.ts";
import { hostFind } from "../store/hosts.ts";
import { serverFind } from "../store/servers.ts";

/**
 * Opens the saga's box in memory and seals it again to the host that was chosen. The audit knows of it before the host
 * can have the box, and again when the step is repeated: each is a use.
 */
export async function passphraseForHost(
  step: {
    readonly sagaId: string;
    readonly sealedBox: Uint8Array | undefined;
    readonly requestId: string | undefined;
    readonly deps: ComputeSagaDeps;
  },
  serverId: string,
  hostId: string,
): Promise<string> {
  const { db } = step.deps.database;
  const [host, server] = [await hostFind(db, hostId), await serverFind(db, serverId)];
  if (!host || !server || !step.sealedBox) {
    const found = (what: unknown): string => (what === undefined ? "missing" : "found");
    const detail = `host ${hostId} ${found(host)}, server ${found(server)}, box ${found(step.sealedBox)}`;
    throw terminal(new CloudError("bug", "The TPM passphrase could not be handed to the host.", { detail }));
  }
  const use = await useOfSaga(db, step, server);
  const event = { ...use, event: "sealed", hostId, host: host.hostname } as const;
  const { sagaId, sealedBox, deps } = step;
  let sealed: string;
  try {
    sealed = await passphraseSealAgain({ sagaId, sealedBox, deps }, { serverId, hostKey: host.publicKey });
  } catch (error) {
    await step.deps.audit.write({ ...event, result: "error", reason: errorText(error) });
    throw error;
  }
  await step.deps.audit.write({ ...event, result: "success" });
  return sealed;
}

/** The audit's word of a start by the passphrase that the host keeps; before it, and again when the step is repeated. */
export async function keptPassphraseAudit(
  step: { readonly requestId: string | undefined; readonly deps: ComputeSagaDeps },
  serverId: string,
  hostId: string,
): Promise<void> {
  const { db } = step.deps.database;
  const [host, server] = [await hostFind(db, hostId), await serverFind(db, serverId)];
  if (!server) return;
  const use = await useOfSaga(db, step, server);
  await step.deps.audit.write({ ...use, event: "used", result: "success", hostId, host: host?.hostname });
}

/** Whoever asks has the audit know of it. */
export async function passphraseSealAgain(
  saga: {
    readonly sagaId: string;
    readonly sealedBox: Uint8Array;
    readonly deps: Pick<ComputeSagaDeps, "sealKey">;
  },
  to: { readonly serverId: string; readonly hostKey: string },
): Promise<string> {
  const box = Buffer.from(saga.sealedBox).toString("base64");
  const passphrase = await boxOpen(saga.deps.sealKey, box, sagaAssociatedData(saga.sagaId, to.serverId));
  try {
    return await boxSeal(to.hostKey, passphrase, vtpmAssociatedData(to.serverId));
  } finally {
    wipe(passphrase);
  }
}

/** As `passphraseForHost`, of an image's TPM: the box is bound to the image, and the audit knows of it under the step's server. */
export async function imagePassphraseForHost(
  step: Parameters<typeof passphraseForHost>[0] & { readonly params: { readonly serverId: string } },
  imageId: string,
  hostId: string,
): Promise<string> {
  const { db } = step.deps.database;
  const [host, tpm] = [await hostFind(db, hostId), await imageTpmFind(db, imageId)];
  const server = await serverFind(db, step.params.serverId);
  const { sagaId, sealedBox, deps } = step;
  if (!host || !tpm || !server || !sealedBox) {
    const detail = `host ${hostId}, image ${imageId}, box ${sealedBox === undefined ? "missing" : "found"}`;
    throw terminal(new CloudError("bug", "The TPM passphrase could not be handed to the host.", { detail }));
  }
  const use = await useOfSaga(db, step, server);
  const owner = { ownerUserId: tpm.userId, ownerProjectId: tpm.projectId, secretId: tpm.secretId };
  const to = { serverId: imageId, hostKey: host.publicKey };
  const sealed = await passphraseSealAgain({ sagaId, sealedBox, deps }, to);
  await deps.audit.write({
    ...use,
    ...owner,
    event: "sealed",
    result: "success",
    hostId,
    host: host.hostname,
  });
  return sealed;
}
