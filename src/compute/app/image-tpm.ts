/** An image that carries the TPM of the server it was made of, and who may boot it (docs/decisions/0018-an-image-may-carry-a-tpm.md). */
import { CloudError, isCloudError } from "#base/errors.ts";
import type { SagaId, SecretId } from "#base/ids.ts";
import { wipe } from "#base/secret.ts";
import type { Server, ServerTpm } from "../domain/server.ts";
import { imageTpmDelete, imageTpmFind, imageTpmInsert, type ImageTpm } from "../store/image-tpms.ts";
import type { ComputeCtx } from "./deps.ts";
import {
  passphraseDelete,
  useOfRequest,
  type PassphraseDeleteDeps,
  type PassphraseUse,
} from "./passphrase-audit.ts";
import { passphraseNew, passphraseSeal, sagaAssociatedData } from "./passphrase.ts";

function imageSecretName(imageId: string): string {
  return `vTPM secret for image ${imageId}`;
}

/** A box that the saga opens for a host, bound to the image. */
export interface SealedForImage {
  readonly secretId: SecretId;
  readonly sealedBox: Uint8Array;
}

/**
 * A passphrase for the copy, stored with the caller's own credentials. The row that is written first lets the reaper find it
 * when the image never comes to be. Throws `forbidden` when the caller may not store secrets.
 */
export async function imageTpmBegin(
  ctx: ComputeCtx,
  server: Server & { readonly tpm: ServerTpm },
  to: { readonly imageId: string; readonly sagaId: SagaId },
): Promise<SealedForImage> {
  const { imageId, sagaId } = to;
  const { database, audit, secrets } = ctx.deps;
  const { userId, projectId = "" } = ctx.caller;
  const row = { imageId, serverId: server.id, userId, projectId, version: server.tpm.version };
  await database.transaction((tx) => imageTpmInsert(tx, { ...row, createdAt: ctx.clock.now() }));
  const passphrase = passphraseNew();
  try {
    const secret = {
      name: imageSecretName(imageId),
      secretType: "passphrase",
      contentType: "application/octet-stream",
      payload: passphrase,
    } as const;
    const record = audit.record({ ...useOfImage(ctx, row), event: "created", result: "success" });
    const secretId = await secrets.store(ctx.caller, secret, ctx.requestId, (tx, id) =>
      record.insert(tx, { secretId: id }),
    );
    record.tell();
    return {
      secretId,
      sealedBox: await passphraseSeal(ctx.deps.sealKey, passphrase, sagaAssociatedData(sagaId, imageId)),
    };
  } catch (error) {
    await database.transaction((tx) => imageTpmDelete(tx, imageId));
    if (!isCloudError(error, "forbidden")) throw error;
    throw new CloudError(
      "forbidden",
      `The key manager does not let you store the TPM passphrase of the image: ${error.message}. ` +
        "It takes the role member, creator or admin on your project.",
      { cause: error },
    );
  } finally {
    wipe(passphrase);
  }
}

/** The image's TPM, when it has one and all of it is there. */
export async function imageTpmOf(
  ctx: ComputeCtx,
  imageId: string,
): Promise<(ImageTpm & { readonly secretId: SecretId }) | undefined> {
  const tpm = await imageTpmFind(ctx.deps.database.db, imageId);
  return tpm?.secretId === undefined || tpm.content === undefined
    ? undefined
    : { ...tpm, secretId: tpm.secretId };
}

/** Reads the image's passphrase with the caller's own credentials. Throws `forbidden` when the caller may not read it. */
export async function imageTpmRead(
  ctx: ComputeCtx,
  tpm: ImageTpm & { readonly secretId: SecretId },
  sagaId: SagaId,
): Promise<Uint8Array> {
  const { imageId, secretId } = tpm;
  const use = { ...useOfImage(ctx, tpm), secretId, operation: "create" };
  let passphrase: Buffer;
  try {
    passphrase = await ctx.deps.secrets.payload(ctx.caller, secretId, ctx.requestId);
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

/** State and passphrase, gone for good. */
export async function imageTpmForget(
  deps: PassphraseDeleteDeps,
  tpm: Pick<ImageTpm, "imageId" | "serverId" | "userId" | "projectId"> & Partial<Pick<ImageTpm, "secretId">>,
): Promise<void> {
  const { imageId, serverId, userId, projectId, secretId: known } = tpm;
  const use: PassphraseUse = {
    operation: "image delete",
    requestId: undefined,
    userId: undefined,
    projectId: undefined,
    ownerUserId: userId,
    ownerProjectId: projectId,
    serverId,
  };
  // An external key manager shows nothing without a token: what it keeps is an orphan then.
  const found = (await deps.secrets.findByName(imageSecretName(imageId))) ?? (known ? [known] : []);
  for (const secretId of found) await passphraseDelete(deps, secretId, use);
  await deps.database.transaction((tx) => imageTpmDelete(tx, imageId));
}

function useOfImage(
  ctx: ComputeCtx,
  { serverId, userId, projectId }: Pick<ImageTpm, "serverId" | "userId" | "projectId">,
): PassphraseUse {
  return useOfRequest(ctx, { id: serverId, projectId, userId, tpm: undefined }, "createImage");
}
