import { nothing, saga, type SagaUndo } from "#saga/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import { fail, finish, type ServerStep } from "./server-steps.ts";
import {
  snapshotCopy,
  snapshotImageDiscard,
  snapshotRemove,
  snapshotUpload,
  taskStateSet,
  type SnapshotCopy,
  type SnapshotParams,
} from "./snapshot-steps.ts";

/**
 * An image of the server's disk, while the server stays what it is. The copy is made on the host and fetched from there; when
 * anything fails, or the image is deleted meanwhile, neither copy nor image is left.
 */
export const serverCreateImage = saga<SnapshotParams, ComputeSagaDeps>("server-create-image", 1)
  .step("server", { run: nothing, undo: serverLeave })
  .step("image", { run: nothing, undo: snapshotImageDiscard })
  .step("begin", { run: snapshotBegin, undo: "none" })
  .step("copyGuard", { run: nothing, undo: snapshotRemove })
  .step("copy", { run: (step) => snapshotCopy(step, "image_pending_upload"), undo: "none" })
  .step("upload", { run: upload, undo: "none" })
  .step("copyRemove", { run: snapshotRemove, undo: "none" })
  .step("done", { run: (step) => finish(step, {}), undo: "none" });

async function snapshotBegin(step: ServerStep): Promise<void> {
  await taskStateSet(step, "image_snapshot");
}

async function upload(
  step: ServerStep & { readonly params: SnapshotParams; readonly outputs: { readonly copy: SnapshotCopy } },
): Promise<void> {
  await snapshotUpload(step, step.outputs.copy, "image_uploading");
}

/** The server was not touched. */
async function serverLeave(step: SagaUndo<SnapshotParams, ComputeSagaDeps>): Promise<void> {
  await fail(step, step.error, {});
}
