import { CloudError, errorText } from "#base/errors.ts";
import { commands } from "#bus/index.ts";
import { nothing, saga, terminal, type SagaStep, type SagaUndo } from "#saga/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import { isGoing } from "../domain/server.ts";
import { serverFind, serverUpdate } from "../store/servers.ts";
import { shelvedImageFind, shelvedServerDelete } from "../store/shelved-servers.ts";
import { configDriveMake } from "./config-drive.ts";
import { hostCommand } from "./host-command.ts";
import { hostClaim } from "./server-create.ts";
import { allocationRelease, disksDelete, tpmRest } from "./server-shelve-offload.ts";
import {
  domainDefine,
  domainStart,
  domainUndefine,
  fail,
  finish,
  imageTimeoutMs,
  placedServerOf,
  serverOf,
  type ServerActionParams,
} from "./server-steps.ts";
import { unlessReached } from "./unless-reached.ts";

export interface ServerUnshelveParams extends ServerActionParams {
  /** The image that its disk is in. */
  readonly imageId: string;
  /** Whether it has left its host: what an unwinding takes away again. */
  readonly offloaded: boolean;
  /** The one host that will do. */
  readonly destinationId?: string;
}

type Step = SagaStep<ServerUnshelveParams, ComputeSagaDeps>;
type Undo = SagaUndo<ServerUnshelveParams, ComputeSagaDeps>;

/**
 * Back on a host, the same or another: the disk comes from its image, the TPM from the vault at the start. A server that never left
 * its host finds both there. When it fails the server is shelved as it was, and a TPM that was started rests in the vault again.
 */
export const serverUnshelve = saga<ServerUnshelveParams, ComputeSagaDeps>("server-unshelve", 1)
  .step("server", { run: nothing, undo: unlessReached("active", shelvedStay) })
  .step("allocationGuard", { run: nothing, undo: ifOffloaded(allocationRelease) })
  .step("allocation", { run: allocationClaim, undo: "none" })
  .step("hostGuard", { run: nothing, undo: ifOffloaded(hostLeave) })
  .step("host", { run: hostAssign, undo: "none" })
  .step("diskGuard", { run: nothing, undo: ifOffloaded(disksDelete) })
  .step("disk", { run: diskFetch, undo: "none" })
  .step("tpmGuard", { run: nothing, undo: ifOffloaded(tpmRest) })
  .step("domainGuard", { run: nothing, undo: unlessReached("active", domainGone) })
  .step("domain", { run: domainDefine, undo: "none" })
  .step("on", { run: domainStart, undo: "none" })
  .step("active", {
    run: (step) => finish(step, { vmState: "active", powerState: "running", fault: null }),
    undo: "none",
  })
  .step("image", { run: imageForget, undo: "none" });

async function shelvedStay(step: Undo): Promise<void> {
  await fail(step, step.error, { powerState: "shutdown" });
}

/** What the server had before is not taken from it. */
function ifOffloaded(undo: (step: Step) => Promise<void>): (step: Undo) => Promise<void> {
  return unlessReached("active", async (step) => {
    if (step.params.offloaded) await undo(step);
  });
}

async function allocationClaim(step: Step): Promise<{ readonly hostId: string }> {
  const server = await serverOf(step);
  return hostClaim(step, { ...server, destinationId: step.params.destinationId });
}

async function hostAssign(step: Step & { outputs: { allocation: { hostId: string } } }): Promise<void> {
  const { database, clock } = step.deps;
  const { hostId } = step.outputs.allocation;
  await database.transaction(async (tx) => {
    const server = await serverFind(tx, step.params.serverId);
    const taskState = server?.taskState !== undefined && isGoing(server) ? server.taskState : "spawning";
    await serverUpdate(tx, step.params.serverId, { hostId, taskState }, clock.now());
  });
}

async function hostLeave(step: Step): Promise<void> {
  const { database, clock } = step.deps;
  await database.transaction((tx) => serverUpdate(tx, step.params.serverId, { hostId: null }, clock.now()));
}

async function diskFetch(step: Step): Promise<void> {
  const server = await placedServerOf(step);
  const image = await shelvedImageFind(step.deps.database.db, server.id);
  if (image === undefined)
    throw terminal(
      new CloudError("conflict", `The image that instance ${server.id} was shelved in is not known.`),
    );
  const { kernel, ramdisk } = server.image;
  const message = {
    serverId: server.id,
    image,
    ...(kernel === undefined ? {} : { kernel }),
    ...(ramdisk === undefined ? {} : { ramdisk }),
  };
  await hostCommand(step, server.hostId, commands.diskFetch, message, imageTimeoutMs);
  await configDriveMake(step, server, { injected: undefined, rescue: false });
}

/** Off, and on a host that it stays on as it was. */
async function domainGone(step: Undo): Promise<void> {
  await domainUndefine(step);
  if (!step.params.offloaded) await domainDefine(step);
}

/** The server runs: an image that will not go is left to its owner, who sees it. */
async function imageForget(step: Step): Promise<void> {
  const { serverId, imageId } = step.params;
  const { database, image } = step.deps;
  try {
    await image.keeper.discard(imageId);
  } catch (error) {
    step.log.warn({ serverId, imageId, error: errorText(error) }, "the image of a shelved server is left");
  }
  await database.transaction(async (tx) => {
    const shelved = await shelvedImageFind(tx, serverId);
    // It may have been shelved again meanwhile.
    if (shelved?.imageId === imageId) await shelvedServerDelete(tx, serverId);
  });
}
