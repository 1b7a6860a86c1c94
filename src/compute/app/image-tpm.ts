/** An image that carries the TPM of the server it was made of, and who may boot it (docs/decisions/0018-an-image-may-carry-a-tpm.md). */
import { CloudError, isCloudError } from "#base/errors.ts";
import type { SagaId } from "#base/ids.ts";
import { wipe } from "#base/secret.ts";
import { imageTpmDelete, imageTpmFind, type ImageTpm } from "../store/image-tpms.ts";
import type { ComputeCtx } from "./deps.ts";
import {
  passphraseDelete,
  useOfRequest,
  type PassphraseDeleteDeps,
  type PassphraseUse,
} from "./passphrase-audit.ts";
import { passphraseSeal, sagaAssociatedData } from "./passphrase.ts";

/** The image's TPM, when it has one and all of it is there. */
export async function imageTpmOf(ctx: ComputeCtx, imageId: string): Promise<ImageTpm | undefined> {
  const tpm = await imageTpmFind(ctx.deps.database.db, imageId);
  return tpm?.content === undefined ? undefined : tpm;
}

/** Reads the image's passphrase with the caller's own credentials. Throws `forbidden` when the caller may not read it. */
export async function imageTpmRead(ctx: ComputeCtx, tpm: ImageTpm, sagaId: SagaId): Promise<Uint8Array> {
  const { imageId, secretId } = tpm;
  const use = { ...useOfImage(ctx, tpm), secretId, operation: "create" };
  let passphrase: Buffer;
  try {
    passphrase = await ctx.deps.secrets.payload(ctx.caller, secretId, ctx.requestId, ctx.signal());
  } catch (cause) {
    if (!isCloudError(cause, "forbidden", "unauthenticated", "not-found")) throw cause;
    await ctx.deps.audit.write({ ...use, event: "denied", result: "denied", reason: cause.message });
    if (isCloudError(cause, "not-found")) {
      throw new CloudError(
        "conflict",
        `The TPM passphrase of image ${imageId} (secret ${secretId}) is no longer in the key manager, so its TPM cannot be opened.`,
        { cause },
      );
    }
    throw new CloudError(
      "forbidden",
      `You may not read the TPM passphrase of image ${imageId} (secret ${secretId} in the key manager), which a server with a copy of its TPM needs. ` +
        `Its owner can allow it: openstack acl user add --user ${ctx.caller.userId} --operation-type read SECRET_HREF.`,
      { cause },
    );
  }
  try {
    await ctx.deps.audit.write({ ...use, event: "read", result: "success" });
    return await passphraseSeal(ctx.deps.sealKey, passphrase, sagaAssociatedData(sagaId, imageId));
  } finally {
    wipe(passphrase);
  }
}

/** State and passphrase, gone for good; what an external key manager keeps without anybody's token is an orphan then. */
export async function imageTpmForget(deps: PassphraseDeleteDeps, tpm: ImageTpm): Promise<void> {
  const { imageId, serverId, userId, projectId, secretId } = tpm;
  const use: PassphraseUse = {
    operation: "image delete",
    requestId: undefined,
    userId: undefined,
    projectId: undefined,
    ownerUserId: userId,
    ownerProjectId: projectId,
    serverId,
  };
  await passphraseDelete(deps, secretId, use, { imageId });
  await deps.database.transaction((tx) => imageTpmDelete(tx, imageId));
}

function useOfImage(
  ctx: ComputeCtx,
  { serverId, userId, projectId }: Pick<ImageTpm, "serverId" | "userId" | "projectId">,
): PassphraseUse {
  return useOfRequest(ctx, { id: serverId, projectId, userId, tpm: undefined }, "createImage");
}
