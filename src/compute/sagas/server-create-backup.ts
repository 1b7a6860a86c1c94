import { nothing, saga, type SagaFailure } from "#saga/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import { finish, type ServerStep } from "./server-steps.ts";
import {
  isUnwanted,
  snapshotCopy,
  snapshotGiveUp,
  snapshotImageDiscard,
  snapshotRemove,
  snapshotUpload,
  type SnapshotCopy,
  type SnapshotParams,
} from "./snapshot-steps.ts";

export interface BackupParams extends SnapshotParams {
  /** Who pays for the images: only this project's are rotated away. */
  readonly owner: string;
  readonly backupType: string;
  /** How many of this type are kept, this one included. */
  readonly rotation: number;
}

type BackupStep = ServerStep & { readonly params: BackupParams };

/** As `server-create-image`, and then the oldest images of this type go. */
export const serverCreateBackup = saga<BackupParams, ComputeSagaDeps>("server-create-backup", 1)
  .step("server", { run: nothing, undo: backupGiveUp })
  .step("image", { run: nothing, undo: snapshotImageDiscard })
  .step("copyGuard", { run: nothing, undo: snapshotRemove })
  .step("copy", { run: (step) => snapshotCopy(step, "image_pending_upload"), undo: "none" })
  .step("upload", { run: upload, undo: "none" })
  .step("copyRemove", { run: snapshotRemove, undo: "none" })
  .step("rotate", { run: backupsRotate, undo: "none" })
  .step("done", { run: (step) => finish(step, {}), undo: "none" });

async function upload(
  step: BackupStep & { readonly outputs: { readonly copy: SnapshotCopy } },
): Promise<void> {
  await snapshotUpload(step, step.outputs.copy, "image_uploading");
}

/** As in Nova the older ones are rotated also when nobody wanted this one any more. */
async function backupGiveUp(step: BackupStep & { readonly error: SagaFailure }): Promise<void> {
  if (isUnwanted(step.error)) await backupsRotate(step);
  await snapshotGiveUp(step);
}

/** nova.compute.manager._rotate_backups: those that are protected stay, and count. */
async function backupsRotate(step: BackupStep): Promise<void> {
  const { serverId, owner, backupType, rotation } = step.params;
  const { keeper } = step.deps.image;
  const kind = { image_type: "backup", backup_type: backupType, instance_uuid: serverId };
  const backups = await keeper.list(owner, kind);
  for (const { id: imageId } of backups.slice(rotation)) {
    if (!(await keeper.remove(imageId)))
      step.log.warn({ serverId, imageId }, "a backup that is protected was not rotated away");
  }
}
