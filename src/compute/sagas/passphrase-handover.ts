import { CloudError } from "#base/errors.ts";
import { wipe } from "#base/secret.ts";
import { terminal } from "#saga/index.ts";
import { boxOpen, boxSeal } from "#seal/index.ts";
import { vtpmAssociatedData } from "#vtpm/index.ts";
import { sagaAssociatedData } from "../app/passphrase.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import { hostFind } from "../store/hosts.ts";

/** Opens the saga's box in memory and seals it again to the host that was chosen. */
export async function passphraseForHost(
  step: {
    readonly sagaId: string;
    readonly sealedBox: Uint8Array | undefined;
    readonly deps: ComputeSagaDeps;
  },
  serverId: string,
  hostId: string,
): Promise<string> {
  const host = await hostFind(step.deps.database.db, hostId);
  if (!host || !step.sealedBox) {
    const detail = `host ${hostId} ${host ? "found" : "missing"}, box ${step.sealedBox ? "present" : "missing"}`;
    throw terminal(new CloudError("bug", "The TPM passphrase could not be handed to the host.", { detail }));
  }
  const box = Buffer.from(step.sealedBox).toString("base64");
  const passphrase = await boxOpen(step.deps.sealKey, box, sagaAssociatedData(step.sagaId, serverId));
  try {
    return await boxSeal(host.publicKey, passphrase, vtpmAssociatedData(serverId));
  } finally {
    wipe(passphrase);
  }
}
