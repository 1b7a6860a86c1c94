/** A server's disk on its way into an image: what createImage, createBackup and a shelve do alike. */
import { CloudError, isCloudError } from "#base/errors.ts";
import { commands } from "#bus/index.ts";
import { terminal, type SagaFailure } from "#saga/index.ts";
import { sleep } from "#base/clock.ts";
import { isGoing, type TaskState } from "../domain/server.ts";
import { serverFind, serverUpdate } from "../store/servers.ts";
import { hostCommand } from "./host-command.ts";
import { fail, finish, placedServerOf, type ServerActionParams, type ServerStep } from "./server-steps.ts";

/** What a saga with these steps is told. */
export interface SnapshotParams extends ServerActionParams {
  /** The image, which is there already, queued. */
  readonly imageId: string;
}

export type SnapshotStep<P extends SnapshotParams = SnapshotParams> = ServerStep & { readonly params: P };

/** Of the copy on the host. */
export interface SnapshotCopy {
  readonly sizeBytes: number;
  readonly sha512: string;
  readonly diskFormat: string;
}

/** As long as a large disk on a slow one takes. */
const copyTimeoutMs = 6 * 60 * 60_000;
const watchMs = 250;
const pieceBytes = 512 * 1024;

/** Makes the copy on the host. Throws when the image is deleted meanwhile, which is how a user cancels it. */
export async function snapshotCopy(step: SnapshotStep, taskState: TaskState): Promise<SnapshotCopy> {
  const { id: serverId, hostId } = await placedServerOf(step);
  const { imageId } = step.params;
  await taskStateSet(step, taskState);
  const message = { serverId, imageId };
  return whileWanted(step, () => hostCommand(step, hostId, commands.snapshotCreate, message, copyTimeoutMs));
}

/** Brings the copy to the image service. The image is active afterwards. */
export async function snapshotUpload(
  step: SnapshotStep,
  copy: SnapshotCopy,
  taskState: TaskState,
): Promise<void> {
  const server = await placedServerOf(step);
  const { imageId } = step.params;
  await taskStateSet(step, taskState);
  const { kernel, ramdisk } = server.image;
  try {
    await step.deps.image.keeper.store(imageId, {
      ...copy,
      containerFormat: "bare",
      // nova.virt.libvirt.driver._create_snapshot_metadata
      properties: {
        image_location: "snapshot",
        image_state: "available",
        owner_id: server.projectId,
        ...(kernel === undefined ? {} : { kernel_id: kernel.imageId }),
        ...(ramdisk === undefined ? {} : { ramdisk_id: ramdisk.imageId }),
      },
      chunks: copyPieces(step, server, copy),
    });
  } catch (error) {
    throw isCloudError(error, "not-found") ? terminal(cancelled(imageId)) : error;
  }
}

/** The copy, whole or half. Also while it is being made, which ends then. */
export async function snapshotRemove(step: SnapshotStep): Promise<void> {
  const server = await serverFind(step.deps.database.db, step.params.serverId);
  if (server?.hostId === undefined) return;
  const message = { serverId: server.id, imageId: step.params.imageId };
  await hostCommand(step, server.hostId, commands.snapshotDelete, message);
}

/** As Nova does with the image of a snapshot that fails. */
export async function snapshotImageDiscard(step: SnapshotStep): Promise<void> {
  await step.deps.image.keeper.discard(step.params.imageId);
}

/**
 * The end of a createImage or createBackup that left no image; the server was not touched. One that nobody wanted any more is a
 * success, as in Nova (nova.compute.manager._snapshot_instance).
 */
export async function snapshotGiveUp(step: ServerStep & { readonly error: SagaFailure }): Promise<void> {
  if (isUnwanted(step.error)) await finish(step, {});
  else await fail(step, step.error, {});
}

/** Image or server was deleted meanwhile. */
export function isUnwanted({ data }: SagaFailure): boolean {
  return data?.["unwanted"] === true;
}

/** Throws when the server is being deleted: nobody waits for the image of it. */
export async function taskStateSet(step: ServerStep, taskState: TaskState): Promise<void> {
  const { database, clock } = step.deps;
  await database.transaction(async (tx) => {
    const server = await serverFind(tx, step.params.serverId);
    if (server && isGoing(server)) throw terminal(deleting(server.id));
    await serverUpdate(tx, step.params.serverId, { taskState }, clock.now());
  });
}

async function* copyPieces(
  step: SnapshotStep,
  server: { readonly id: string; readonly hostId: string },
  { sizeBytes }: SnapshotCopy,
): AsyncGenerator<Buffer> {
  const read = async (offset: number): Promise<Buffer> => {
    const length = Math.min(pieceBytes, sizeBytes - offset);
    const message = { serverId: server.id, imageId: step.params.imageId, offset, length };
    const { bytes } = await hostCommand(step, server.hostId, commands.snapshotRead, message);
    return Buffer.from(bytes, "base64");
  };
  let next: Promise<Buffer> | undefined;
  for (let offset = 0; offset < sizeBytes;) {
    step.signal.throwIfAborted();
    const piece = await (next ?? read(offset));
    if (piece.length === 0) return;
    offset += piece.length;
    const why = await unwanted(step);
    if (why) throw terminal(why);
    // The next piece travels while this one is written.
    next = offset < sizeBytes ? read(offset) : undefined;
    next?.catch(() => undefined);
    yield piece;
  }
}

/** Ends, with an error, as soon as nobody wants the image any more; what the work does then ends with `snapshotRemove`. */
async function whileWanted<T>(step: SnapshotStep, work: () => Promise<T>): Promise<T> {
  const done = new AbortController();
  const signal = AbortSignal.any([done.signal, step.signal]);
  const watch = async (): Promise<never> => {
    for (;;) {
      const why = await unwanted(step);
      if (why) throw terminal(why);
      await sleep(watchMs, signal);
    }
  };
  const [working, watching] = [work(), watch()];
  working.catch(() => undefined);
  watching.catch(() => undefined);
  try {
    return await Promise.race([working, watching]);
  } finally {
    done.abort(new Error("done"));
  }
}

async function unwanted(step: SnapshotStep): Promise<CloudError | undefined> {
  const { imageId, serverId } = step.params;
  if (!(await step.deps.image.keeper.find(imageId))) return cancelled(imageId);
  const server = await serverFind(step.deps.database.db, serverId);
  return server && isGoing(server) ? deleting(serverId) : undefined;
}

function cancelled(imageId: string): CloudError {
  const message = `Image ${imageId} was deleted before its data was complete.`;
  return new CloudError("conflict", message, { data: { unwanted: true } });
}

function deleting(serverId: string): CloudError {
  return new CloudError("conflict", `Instance ${serverId} is being deleted.`, { data: { unwanted: true } });
}
