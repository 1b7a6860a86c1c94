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
import type { ComputeCtx } from "./deps.ts";
import { quotaLimitsOfCaller } from "./quota.ts";
import { serverSagaStart } from "./server-saga.ts";
import { serverFetch } from "./server.ts";

export interface SnapshotInput {
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Until 2.38 the quota `metadata_items` holds for an image too. */
  readonly limited: boolean;
}

/** Begins an image of the server's disk; answers its id, which is there, queued. */
export async function serverImageCreate(ctx: ComputeCtx, id: string, input: SnapshotInput): Promise<string> {
  const server = await serverFetch(ctx, id, "os_compute_api:servers:create_image");
  await metadataPermit(ctx, input);
  serverStatePermit(server, createImageRule);
  const image = imageDraftOf(ctx, server, "snapshot", input);
  await serverSagaStart(ctx, serverCreateImage, {
    sagaId: newUuid<SagaId>(),
    server,
    taskState: "image_snapshot_pending",
    action: "createImage",
    event: "compute_snapshot_instance",
    params: { imageId: image.id },
    permit(current) {
      serverStatePermit(current, createImageRule);
      return true;
    },
    sealedBox: undefined,
    also: image.insert,
  });
  return image.id;
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
  { name, metadata }: Pick<SnapshotInput, "name" | "metadata">,
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
    properties: snapshotProperties(server, ctx.caller, { type, metadata }),
  });
  return { id, insert };
}
