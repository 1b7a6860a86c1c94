import { errorText } from "#base/errors.ts";
import type { SagaId } from "#base/ids.ts";
import type { Logger } from "#base/logger.ts";
import { Secret, wipe } from "#base/secret.ts";
import { boxOpen, boxSeal } from "#seal/index.ts";
import type { Server } from "../domain/server.ts";
import type { ComputeCtx, ComputeSagaDeps } from "./deps.ts";

/** Not what the box of a passphrase is bound to: neither passes for the other. */
function associatedData(sagaId: string, serverId: string): string {
  return `sealstone saga ${sagaId} server ${serverId} token`;
}

/**
 * The caller's token for a step that comes after the answer, sealed to the control plane's own key; undefined when no step will
 * need it.
 */
export async function callerTokenSeal(
  ctx: ComputeCtx,
  server: Pick<Server, "id" | "tpm">,
  sagaId: SagaId,
): Promise<Uint8Array | undefined> {
  const { secrets, sealKey } = ctx.deps;
  if (!server.tpm || secrets.deletesAs === "cloud") return undefined;
  const token = Buffer.from(ctx.caller.token.expose(), "utf8");
  try {
    return Buffer.from(await boxSeal(sealKey.publicKey, token, associatedData(sagaId, server.id)), "base64");
  } finally {
    wipe(token);
  }
}

/** Undefined when there is none, or none that opens: a deletion does not fail by that, the passphrase is an orphan then. */
export async function callerTokenOpen(
  step: {
    readonly sagaId: string;
    readonly sealedBox: Uint8Array | undefined;
    readonly deps: Pick<ComputeSagaDeps, "sealKey" | "secrets">;
    readonly log: Logger;
  },
  serverId: string,
): Promise<Secret<string> | undefined> {
  const { secrets, sealKey } = step.deps;
  if (!step.sealedBox || secrets.deletesAs === "cloud") return undefined;
  const box = Buffer.from(step.sealedBox).toString("base64");
  try {
    const token = await boxOpen(sealKey, box, associatedData(step.sagaId, serverId));
    const text = new Secret(token.toString("utf8"));
    wipe(token);
    return text;
  } catch (error) {
    step.log.warn({ serverId, error: errorText(error) }, "the caller's token could not be opened");
    return undefined;
  }
}
