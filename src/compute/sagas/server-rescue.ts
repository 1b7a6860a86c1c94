import { commands } from "#bus/index.ts";
import { nothing, saga, type SagaStep } from "#saga/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import type { ServerImage } from "../domain/server.ts";
import { configDriveMake } from "./config-drive.ts";
import { domainSpecOf } from "./domain-spec.ts";
import { hostCommand } from "./host-command.ts";
import {
  domainDefine,
  domainStart,
  domainUndefine,
  failAsFound,
  finish,
  imageTimeoutMs,
  placedServerOf,
  type ServerActionParams,
  type ServerStep,
} from "./server-steps.ts";
import { guestStop } from "./server-stop.ts";

export interface ServerRescueParams extends ServerActionParams {
  /** What it boots from. */
  readonly image: ServerImage;
  /** The rescue system's password, sealed (`injectionSeal`): for its config drive. */
  readonly injected?: string;
}

type Step = SagaStep<ServerRescueParams, ComputeSagaDeps>;

/**
 * The server boots from another image, with its own disk and its own TPM beside it. The image is fetched while the server still
 * runs; whatever fails, its own domain is there again afterwards.
 */
export const serverRescue = saga<ServerRescueParams, ComputeSagaDeps>("server-rescue", 1)
  .step("server", { run: nothing, undo: failAsFound })
  .step("diskGuard", { run: nothing, undo: rescueDiskDelete })
  .step("disk", { run: rescueDiskCreate, undo: "none" })
  .step("configDrive", { run: configDriveCreate, undo: "none" })
  .step("off", { run: activeGuestStop, undo: "none" })
  .step("domainGuard", { run: nothing, undo: domainDefine })
  .step("undefine", { run: domainUndefine, undo: "none" })
  .step("rescueDomainGuard", { run: nothing, undo: domainUndefine })
  .step("domain", { run: rescueDomainDefine, undo: "none" })
  .step("on", { run: domainStart, undo: "none" })
  .step("rescued", { run: rescued, undo: "none" });

async function rescueDiskCreate(step: Step): Promise<void> {
  const { id: serverId, hostId } = await placedServerOf(step);
  const { disk: image, kernel, ramdisk } = step.params.image;
  const message = {
    serverId,
    image,
    ...(kernel === undefined ? {} : { kernel }),
    ...(ramdisk === undefined ? {} : { ramdisk }),
  };
  await hostCommand(step, hostId, commands.rescueDiskCreate, message, imageTimeoutMs);
}

async function configDriveCreate(step: Step): Promise<void> {
  const { injected } = step.params;
  await configDriveMake(step, await placedServerOf(step), { injected, rescue: true });
}

/** A server that failed may have no domain any more. */
async function activeGuestStop(step: Step): Promise<void> {
  const { vmState } = await placedServerOf(step);
  if (vmState === "active") await guestStop(step);
}

async function rescueDomainDefine(step: Step): Promise<void> {
  const server = await placedServerOf(step);
  const spec = domainSpecOf(server, step.params.image);
  await hostCommand(step, server.hostId, commands.domainDefine, spec);
}

/** As Nova, the time of the launch is the rescue's. */
async function rescued(step: Step): Promise<void> {
  const launchedAt = step.deps.clock.now();
  await finish(step, { vmState: "rescued", powerState: "running", fault: null, launchedAt });
}

export async function rescueDiskDelete(step: ServerStep): Promise<void> {
  const { id: serverId, hostId } = await placedServerOf(step);
  await hostCommand(step, hostId, commands.rescueDiskDelete, { serverId });
}
