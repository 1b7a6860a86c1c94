import { CloudError } from "#base/errors.ts";
import { newUuid, type SagaId } from "#base/ids.ts";
import { serverStatePermit } from "../domain/server-action.ts";
import { quotaAmount } from "../domain/quota.ts";
import type { Server } from "../domain/server.ts";
import {
  createBackupRule,
  createImageRule,
  snapshotProperties,
  type SnapshotType,
} from "../domain/server-snapshot.ts";
import { serverCreateBackup } from "../sagas/server-create-backup.ts";
import { serverCreateImage } from "../sagas/server-create-image.ts";
import type { Tx } from "#db/index.ts";
import { imageTpmInsert } from "../store/image-tpms.ts";
import type { ComputeCtx } from "./deps.ts";
import { withNewPassphrase } from "./passphrase-new.ts";
import { passphraseRead } from "./passphrase.ts";
import { quotaLimitsOfCaller } from "./quota.ts";
import { sealedBoxesJoin } from "./sealed-boxes.ts";
import { serverSagaStart } from "./server-saga.ts";
import { serverFetch } from "./server.ts";

export interface SnapshotInput {
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Until 2.38 the quota `metadata_items` holds for an image too. */
  readonly limited: boolean;
}

export interface ImageInput extends SnapshotInput {
  /** The image carries the server's TPM too, and what is made of it may be the same to whoever sealed something to that. */
  readonly copyTpm: boolean;
}

/** Begins an image of the server's disk; answers its id, which is there, queued. */
export async function serverImageCreate(ctx: ComputeCtx, id: string, input: ImageInput): Promise<string> {
  const server = await serverFetch(ctx, id, "os_compute_api:servers:create_image");
  await metadataPermit(ctx, input);
  serverStatePermit(server, createImageRule);
  const image = imageDraftOf(ctx, server, "snapshot", input);
  const sagaId = newUuid<SagaId>();
  const begin = (boxes: readonly Uint8Array[], also: (tx: Tx) => Promise<void>): Promise<void> =>
    serverSagaStart(ctx, serverCreateImage, {
      sagaId,
      server,
      taskState: "image_snapshot_pending",
      action: "createImage",
      event: "compute_snapshot_instance",
      params: { imageId: image.id, copyTpm: input.copyTpm },
      permit(current) {
        serverStatePermit(current, createImageRule);
        return true;
      },
      sealedBox: sealedBoxesJoin(boxes),
      async also(tx) {
        await image.insert(tx);
        await also(tx);
      },
    });
  if (input.copyTpm) await beginWithTpm(ctx, server, { sagaId, imageId: image.id, begin });
  else await begin([], () => Promise.resolve());
  return image.id;
}

/** Both passphrases are there, or the caller is refused, before anything is. */
async function beginWithTpm(
  ctx: ComputeCtx,
  server: Server,
  how: {
    readonly sagaId: SagaId;
    readonly imageId: string;
    readonly begin: (boxes: readonly Uint8Array[], also: (tx: Tx) => Promise<void>) => Promise<void>;
  },
): Promise<void> {
  const { sagaId, imageId, begin } = how;
  const { tpm } = server;
  if (tpm === undefined)
    throw new CloudError("invalid", `Server ${server.id} has no TPM that could be copied.`);
  const own = await passphraseRead(ctx, server, { sagaId, operation: "createImage" });
  // The image's passphrase is its maker's, whosever the server is.
  const { userId, projectId = "" } = ctx.caller;
  const maker = { id: server.id, userId, projectId, tpm: undefined };
  const use = { sagaId, operation: "createImage", imageId };
  await withNewPassphrase(ctx, maker, use, ({ secretId, sealedBox, fulfil }) =>
    begin([own.sealedBox, sealedBox], async (tx) => {
      await fulfil(tx);
      const row = { imageId, serverId: server.id, userId, projectId, version: tpm.version, secretId };
      await imageTpmInsert(tx, { ...row, createdAt: ctx.clock.now() });
    }),
  );
}

export interface BackupInput extends SnapshotInput {
  readonly backupType: string;
  readonly rotation: number;
}

/** As `serverImageCreate`; afterwards only the `rotation` newest images of this type are left. */
export async function serverBackupCreate(ctx: ComputeCtx, id: string, input: BackupInput): Promise<string> {
  const server = await serverFetch(ctx, id, "os_compute_api:os-create-backup");
  await metadataPermit(ctx, input);
  serverStatePermit(server, createBackupRule);
  const { backupType, rotation, metadata } = input;
  const image = imageDraftOf(ctx, server, "backup", {
    ...input,
    metadata: { ...metadata, backup_type: backupType },
  });
  await serverSagaStart(ctx, serverCreateBackup, {
    sagaId: newUuid<SagaId>(),
    server,
    taskState: "image_backup",
    action: "createBackup",
    event: "compute_backup_instance",
    params: { imageId: image.id, owner: ctx.caller.projectId ?? "", backupType, rotation },
    permit(current) {
      serverStatePermit(current, createBackupRule);
      return true;
    },
    sealedBox: undefined,
    also: image.insert,
  });
  return image.id;
}

async function metadataPermit(ctx: ComputeCtx, { metadata, limited }: SnapshotInput): Promise<void> {
  if (!limited) return;
  const { metadata_items: most } = await quotaLimitsOfCaller(ctx);
  if (Object.keys(metadata).length > quotaAmount(most))
    throw new CloudError("forbidden", "Image metadata limit exceeded");
}

/**
 * The image of the caller's project; an administrator's of another's server is shared with that project
 * (nova.compute.utils.initialize_instance_snapshot_metadata).
 */
export function imageDraftOf(
  ctx: ComputeCtx,
  server: Server,
  type: SnapshotType,
  {
    name,
    metadata,
    copyTpm,
  }: Pick<SnapshotInput, "name" | "metadata"> & { readonly copyTpm?: boolean | undefined },
): { readonly id: string; readonly insert: (tx: Tx) => Promise<void> } {
  const isOwners = ctx.caller.projectId === server.projectId;
  const id = newUuid();
  const insert = ctx.deps.image.imageDraft(ctx, {
    id,
    name,
    visibility: isOwners ? "private" : "shared",
    memberId: isOwners ? undefined : server.projectId,
    minDiskGiB: server.flavor.rootGiB,
    minRamMiB: server.image.minRamMiB ?? 0,
    properties: snapshotProperties(server, ctx.caller, { type, metadata, copyTpm }),
  });
  return { id, insert };
}
