import { CloudError } from "#base/errors.ts";
import type { SecretId } from "#base/ids.ts";
import { wipe } from "#base/secret.ts";
import { contentTypeNegotiate } from "../domain/content-type.ts";
import { payloadCheckForm, type Payload } from "../domain/payload.ts";
import { secretPolicyTarget } from "../domain/secret-acl.ts";
import { secretUpdatePayload } from "../store/secrets.ts";
import type { KeyManagerCtx } from "./deps.ts";
import { secretAccess, secretAudit, secretLookup } from "./secret-access.ts";

/** The plaintext in a fresh Buffer, in the form that `accept` (an HTTP header) asks for. The caller wipes it. */
export async function secretPayloadRead(
  ctx: KeyManagerCtx,
  id: SecretId,
  accept: string | undefined,
): Promise<Payload> {
  const { secret } = await secretAccess(ctx, id, "secret:decrypt");
  if (!secret.payload || !secret.contentType) {
    throw new CloudError("not-found", "Not Found. Sorry but your secret has no payload.");
  }
  const contentType = contentTypeNegotiate(accept, secret.contentType);
  const bytes = await ctx.deps.vault.open({ secretId: id, projectId: secret.projectId }, secret.payload);
  try {
    payloadCheckForm(bytes, contentType);
  } catch (error) {
    wipe(bytes);
    throw error;
  }
  secretAudit(ctx, "read", id);
  return { bytes, contentType };
}

/** Whether a read would be allowed; asks the rules only, so it is no use of the payload and leaves no audit event. */
export async function secretPayloadReadable(ctx: KeyManagerCtx, id: SecretId): Promise<boolean> {
  const { secret, acl } = await secretLookup(ctx, id);
  if (ctx.caller.projectId === undefined) return false;
  return ctx.allows("secret:decrypt", secretPolicyTarget(secret, acl, ctx.caller.userId));
}

/** The second of two steps. `decode` is called once the caller is known to be allowed; what it gives is wiped here. */
export async function secretPayloadStore(
  ctx: KeyManagerCtx,
  id: SecretId,
  decode: () => Payload,
): Promise<void> {
  const { secret } = await secretAccess(ctx, id, "secret:put");
  const { bytes, contentType } = decode();
  try {
    if (secret.payload) throw alreadyStored();
    const { vault, database } = ctx.deps;
    const { projectId } = secret;
    const stored = await vault.underCurrentKey(projectId, async () => {
      const payload = await vault.seal({ secretId: id, projectId }, bytes);
      const change = { contentType, payload, now: ctx.clock.now() };
      return database.transaction((tx) => secretUpdatePayload(tx, id, change));
    });
    if (!stored) throw alreadyStored();
  } finally {
    wipe(bytes);
  }
  secretAudit(ctx, "created", id);
}

function alreadyStored(): CloudError {
  return new CloudError("conflict", "Secret already has data, cannot modify it.");
}
