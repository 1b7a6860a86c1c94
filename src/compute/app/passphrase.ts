import { randomBytes } from "node:crypto";
import { base64Encode } from "#base/base64.ts";
import { CloudError, errorText, isCloudError } from "#base/errors.ts";
import type { SagaId, SecretId } from "#base/ids.ts";
import { wipe } from "#base/secret.ts";
import { boxSeal, type SealKeyPair } from "#seal/index.ts";
import type { TpmSecretSecurity } from "#vtpm/index.ts";
import type { Caller } from "#http/index.ts";
import type { Server, ServerTpm } from "../domain/server.ts";
import type { ComputeCtx } from "./deps.ts";
import { passphraseDeniedError } from "./passphrase-denied.ts";
import { useOfRequest, type PassphraseOwner, type PassphraseUse } from "./passphrase-audit.ts";

/** As many as Nova takes: 384 random bytes are 512 characters of base64. */
const passphraseRandomBytes = 384;

/** What the box of a saga is bound to. */
export function sagaAssociatedData(sagaId: string, serverId: string): string {
  return `sealstone saga ${sagaId} server ${serverId}`;
}

/** As bytes: a string could not be wiped. */
function passphraseNew(): Buffer {
  const random = randomBytes(passphraseRandomBytes);
  const passphrase = base64Encode(random);
  wipe(random);
  return passphrase;
}

/** Whose TPM it opens: the server's, or the copy that an image carries. */
export interface PassphraseOf {
  readonly serverId: string;
  readonly imageId?: string | undefined;
}

/** The name of the key manager's secret, for a server as Nova names it. */
export function passphraseSecretName({ serverId, imageId }: PassphraseOf): string {
  return imageId === undefined ? `vTPM secret for instance ${serverId}` : `vTPM secret for image ${imageId}`;
}

/** What a new passphrase is for. */
export interface PassphraseFor {
  readonly sagaId: SagaId;
  readonly operation: string;
  /** Of the image whose copy it opens. */
  readonly imageId?: string | undefined;
}

/** What a saga carries instead of a passphrase. */
export interface SealedPassphrase {
  readonly secretId: SecretId;
  readonly sealedBox: Uint8Array;
}

/**
 * Makes a passphrase, stores it with the caller's own credentials (mode `deployment`: with the cloud's) and seals it for the
 * saga. `server.tpm` is the TPM that it is to get. Throws `forbidden`, naming the missing role, when the key manager does not
 * let the caller store secrets.
 */
export async function passphraseCreate(
  ctx: ComputeCtx,
  server: PassphraseOwner,
  { sagaId, operation, imageId }: PassphraseFor,
): Promise<SealedPassphrase> {
  const { id: serverId, tpm } = server;
  const use = useOfRequest(ctx, server, operation);
  const passphrase = passphraseNew();
  try {
    const secret = {
      name: passphraseSecretName({ serverId, imageId }),
      secretType: "passphrase",
      contentType: "application/octet-stream",
      payload: passphrase,
    } as const;
    const record = ctx.deps.audit.record({ ...use, event: "created", result: "success" });
    const { requestId } = ctx;
    const caller = await secretUser(ctx, tpm?.secretSecurity);
    const secretId = await ctx.deps.secrets.store(
      caller,
      secret,
      requestId,
      (tx, id) => record.insert(tx, { secretId: id }),
      ctx.signal(),
    );
    record.tell();
    const sealedBox = await passphraseSeal(
      ctx.deps.sealKey,
      passphrase,
      sagaAssociatedData(sagaId, imageId ?? serverId),
    );
    return { secretId, sealedBox };
  } catch (error) {
    if (!isCloudError(error, "forbidden")) throw error;
    await deniedWrite(ctx, use, error);
    throw new CloudError(
      "forbidden",
      `The key manager does not let you store the TPM passphrase of the ${imageId === undefined ? "server" : "image"}: ${error.message}. ` +
        whoMayStore(ctx, tpm?.secretSecurity),
      { cause: error },
    );
  } finally {
    wipe(passphrase);
  }
}

/** When the key manager refused it, or nothing was sent. */
export function surelyNotStored(error: unknown): boolean {
  return isCloudError(error, "forbidden") || (isCloudError(error) && error.data["nothingDone"] === true);
}

function whoMayStore(ctx: ComputeCtx, mode: TpmSecretSecurity | undefined): string {
  const where = mode === "deployment" ? "for the cloud's own user on its project" : "on your project";
  return ctx.deps.secrets.deletesAs === "caller"
    ? `Its own rules say who may: by Barbican's defaults the roles creator and admin ${where}, by its newer ones also member.`
    : `It takes the role member, creator or admin ${where}.`;
}

/** With whose credentials the key manager is asked. */
async function secretUser(ctx: ComputeCtx, mode: TpmSecretSecurity | undefined): Promise<Caller> {
  return mode === "deployment" ? await ctx.deps.cloudAccount.caller() : ctx.caller;
}

/**
 * Reads the passphrase with the caller's own credentials (mode `deployment`: with the cloud's) and seals it for the saga,
 * before anything changes. Throws `forbidden` when the caller may not read it, `conflict` when the secret is gone. Operations
 * ask {@link passphraseFor}.
 */
export async function passphraseRead(
  ctx: ComputeCtx,
  server: Server,
  { sagaId, operation }: { readonly sagaId: SagaId; readonly operation: string },
): Promise<SealedPassphrase> {
  const { tpm } = server;
  if (tpm === undefined)
    throw new CloudError("bug", "An internal error occurred.", { detail: `${server.id} has no TPM` });
  const { secretId } = tpm;
  const use = useOfRequest(ctx, server, operation);
  const passphrase = await payloadOf(ctx, use, tpm);
  try {
    await ctx.deps.audit.write({ ...use, event: "read", result: "success" });
    return {
      secretId,
      sealedBox: await passphraseSeal(ctx.deps.sealKey, passphrase, sagaAssociatedData(sagaId, server.id)),
    };
  } finally {
    wipe(passphrase);
  }
}

async function payloadOf(ctx: ComputeCtx, use: PassphraseUse, tpm: ServerTpm): Promise<Buffer> {
  const { serverId } = use;
  const { secretId } = tpm;
  try {
    const caller = await secretUser(ctx, tpm.secretSecurity);
    return await ctx.deps.secrets.payload(caller, secretId, ctx.requestId, ctx.signal());
  } catch (error) {
    if (isCloudError(error, "forbidden", "unauthenticated")) {
      await deniedWrite(ctx, use, error);
      throw passphraseDeniedError(ctx.caller.userId, use, tpm, error);
    }
    await ctx.deps.audit.write({ ...use, event: "read", result: "error", reason: errorText(error) });
    if (isCloudError(error, "not-found")) {
      throw new CloudError(
        "conflict",
        `The TPM passphrase of server ${serverId} (secret ${secretId}) is no longer in the key manager. ` +
          "The TPM's state is kept, but it cannot be opened without that secret.",
        { cause: error },
      );
    }
    throw error;
  }
}

function deniedWrite(ctx: ComputeCtx, use: PassphraseUse, error: CloudError): Promise<void> {
  return ctx.deps.audit.write({ ...use, event: "denied", result: "denied", reason: error.message });
}

/** For a saga: under the control plane's own key. */
export async function passphraseSeal(
  key: SealKeyPair,
  passphrase: Buffer,
  associatedData: string,
): Promise<Uint8Array> {
  return Buffer.from(await boxSeal(key.publicKey, passphrase, associatedData), "base64");
}
