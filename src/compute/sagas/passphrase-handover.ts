import { CloudError, errorText } from "#base/errors.ts";
import { wipe } from "#base/secret.ts";
import { terminal } from "#saga/index.ts";
import { boxOpen, boxSeal } from "#seal/index.ts";
import { vtpmAssociatedData } from "#vtpm/index.ts";
import { useOfSaga, type PassphraseUse } from "../app/passphrase-audit.ts";
import { sagaAssociatedData } from "../app/passphrase.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import { imageTpmFind } from "../store/image-tpms.ts";
import { hostFind } from "../store/hosts.ts";
import { serverFind } from "../store/servers.ts";

interface HandoverStep {
  readonly sagaId: string;
  readonly sealedBox: Uint8Array | undefined;
  readonly requestId: string | undefined;
  readonly deps: ComputeSagaDeps;
}

/**
 * Opens the saga's box in memory and seals it again to the host that was chosen. The audit knows of it before the host
 * can have the box, and again when the step is repeated: each is a use.
 */
export async function passphraseForHost(
  step: HandoverStep,
  serverId: string,
  hostId: string,
): Promise<string> {
  return handOver(step, { serverId, boxOf: serverId, secret: {} }, hostId);
}

/** The same of an image's TPM: the box is bound to the image, and the audit knows of it under the step's server. */
export async function imagePassphraseForHost(
  step: HandoverStep & { readonly params: { readonly serverId: string } },
  imageId: string,
  hostId: string,
): Promise<string> {
  const tpm = await imageTpmFind(step.deps.database.db, imageId);
  if (!tpm) throw handoverError(`image ${imageId} has no TPM`);
  const secret = { ownerUserId: tpm.userId, ownerProjectId: tpm.projectId, secretId: tpm.secretId };
  return handOver(step, { serverId: step.params.serverId, boxOf: imageId, secret }, hostId);
}

async function handOver(
  { sagaId, sealedBox, requestId, deps }: HandoverStep,
  of: {
    readonly serverId: string;
    /** What the box is bound to. */
    readonly boxOf: string;
    /** When it is not the server's. */
    readonly secret: Partial<PassphraseUse>;
  },
  hostId: string,
): Promise<string> {
  const { db } = deps.database;
  const { serverId, boxOf, secret } = of;
  const [host, server] = [await hostFind(db, hostId), await serverFind(db, serverId)];
  if (!host || !server || !sealedBox) {
    const found = (what: unknown): string => (what === undefined ? "missing" : "found");
    throw handoverError(`host ${hostId} ${found(host)}, server ${found(server)}, box ${found(sealedBox)}`);
  }
  const use = await useOfSaga(db, { requestId, deps }, server);
  const event = { ...use, ...secret, event: "sealed", hostId, host: host.hostname } as const;
  let sealed: string;
  try {
    const to = { serverId: boxOf, hostKey: host.publicKey };
    sealed = await passphraseSealAgain({ sagaId, sealedBox, deps }, to);
  } catch (error) {
    await deps.audit.write({ ...event, result: "error", reason: errorText(error) });
    throw error;
  }
  await deps.audit.write({ ...event, result: "success" });
  return sealed;
}

function handoverError(detail: string): Error {
  return terminal(new CloudError("bug", "The TPM passphrase could not be handed to the host.", { detail }));
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
