import { newUuid, type SagaId } from "#base/ids.ts";
import { nothing, saga, sagaStart, type SagaStep } from "#saga/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import { isGoing } from "../domain/server.ts";
import { serverActionFinish } from "../store/server-actions.ts";
import { serverFind, serverUpdate } from "../store/servers.ts";
import { shelvedServerSet } from "../store/shelved-servers.ts";
import { serverShelveOffload } from "./server-shelve-offload.ts";
import {
  changesAtEnd,
  domainDefine,
  domainUndefine,
  failAsFound,
  placedServerOf,
  type ServerStep,
} from "./server-steps.ts";
import { guestStop } from "./server-stop.ts";
import { unlessReached } from "./unless-reached.ts";
import {
  snapshotCopy,
  snapshotImageDiscard,
  snapshotRemove,
  snapshotUpload,
  type SnapshotCopy,
  type SnapshotParams,
} from "./snapshot-steps.ts";

export interface ServerShelveParams extends SnapshotParams {
  /** Nova's `[DEFAULT] shelved_offload_time` 0: the server leaves its host at once. */
  readonly offload: boolean;
}

type CopiedStep = SagaStep<ServerShelveParams, ComputeSagaDeps, { readonly copy: SnapshotCopy }>;

/** The server goes off and its disk becomes an image. Until that is whole, whatever fails leaves the server on its disk, off. */
export const serverShelve = saga<ServerShelveParams, ComputeSagaDeps>("server-shelve", 1)
  .step("server", { run: nothing, undo: unlessReached("shelved", failAsFound) })
  .step("image", { run: nothing, undo: unlessReached("shelved", snapshotImageDiscard) })
  .step("off", { run: guestStop, undo: "none" })
  .step("domainGuard", { run: nothing, undo: suspendedDomainDefine })
  .step("memory", { run: suspendedDomainUndefine, undo: "none" })
  .step("domain", { run: suspendedDomainDefine, undo: "none" })
  .step("copyGuard", { run: nothing, undo: snapshotRemove })
  .step("copy", { run: (step) => snapshotCopy(step, "shelving_image_pending_upload"), undo: "none" })
  .step("upload", {
    run: (step) => snapshotUpload(step, step.outputs.copy, "shelving_image_uploading"),
    undo: "none",
  })
  .step("copyRemove", { run: snapshotRemove, undo: "none" })
  .step("shelved", { run: shelved, undo: "none" });

/** As Nova, the memory of a suspended server is not kept: with its domain its managed save goes. */
async function suspendedDomainUndefine(step: ServerStep): Promise<void> {
  if ((await placedServerOf(step)).vmState === "suspended") await domainUndefine(step);
}

async function suspendedDomainDefine(step: ServerStep): Promise<void> {
  if ((await placedServerOf(step)).vmState === "suspended") await domainDefine(step);
}

/** From here on it is shelved, whatever becomes of the offload, which ends the action where there is one. */
async function shelved(step: CopiedStep): Promise<void> {
  const { database, clock, nudge } = step.deps;
  const { serverId, requestId, imageId, offload } = step.params;
  const next = newUuid<SagaId>();
  await database.transaction(async (tx) => {
    const server = await serverFind(tx, serverId);
    if (server === undefined || server.vmState === "shelved") return;
    const image = { imageId, ...step.outputs.copy };
    await shelvedServerSet(tx, serverId, { image, at: clock.now() });
    // A delete that came meanwhile keeps its task state, and has the server where it is.
    const isWanted = !isGoing(server);
    const taskState = isWanted ? (offload ? "shelving_offloading" : undefined) : server.taskState;
    const changes = { vmState: "shelved", powerState: "shutdown", fault: null } as const;
    await serverUpdate(tx, serverId, changesAtEnd(server, changes, taskState), clock.now());
    if (offload && isWanted) {
      const params = { serverId, requestId };
      await sagaStart(tx, serverShelveOffload, { id: next, params, resource: serverId, requestId });
    } else {
      await serverActionFinish(tx, step.params, { result: "Success", hostId: server.hostId }, clock.now());
    }
  });
  if (offload) nudge?.(next);
}
