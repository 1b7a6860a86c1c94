import type { Static } from "typebox";
import { sealedBoxAt } from "../app/sealed-boxes.ts";
import { CloudError, isCloudError } from "#base/errors.ts";
import { commands } from "#bus/index.ts";
import {
  nothing,
  retryable,
  RetryableError,
  saga,
  terminal,
  type SagaStep,
  type SagaUndo,
} from "#saga/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import { hostIsUp } from "../app/host.ts";
import { statusOfFault } from "../domain/fault.ts";
import { hostCandidatesOf } from "../app/host-candidates.ts";
import { placementNeeds } from "../domain/placement-needs.ts";
import type { Server } from "../domain/server.ts";
import { imageTpmFind } from "../store/image-tpms.ts";
import { hostList } from "../store/hosts.ts";
import { serverFind, serverUpdate } from "../store/servers.ts";
import { endorsementKeysReplace } from "../store/tpm-endorsement-keys.ts";
import { tpmVaultDelete } from "../store/tpm-vault.ts";
import { configDriveMake } from "./config-drive.ts";
import { hostCommand } from "./host-command.ts";
import { rootDiskOf } from "./root-disk.ts";
import { imagePassphraseForHost, passphraseForHost } from "./passphrase-handover.ts";
import {
  domainDefine,
  domainStart,
  domainUndefine,
  fail,
  faultOf,
  finish,
  imageTimeoutMs,
  placedServerOf,
  serverOf,
  type ServerActionParams,
  type ServerStep,
} from "./server-steps.ts";

export interface ServerCreateParams extends ServerActionParams {
  /** What the request puts on the config drive, sealed (`injectionSeal`). */
  readonly injected?: string;
}

type Undo = SagaUndo<ServerCreateParams, ComputeSagaDeps>;

export const serverCreate = saga<ServerCreateParams, ComputeSagaDeps>("server-create", 3)
  .step("server", { run: nothing, undo: serverFail })
  .step("allocationGuard", { run: nothing, undo: allocationRelease })
  .step("allocation", { run: allocationClaim, undo: "none" })
  .step("host", { run: hostAssign, undo: "none" })
  .step("partsGuard", { run: nothing, undo: partsDelete })
  .step("parts", { run: partsMake, undo: "none" })
  .step("start", { run: serverStart, undo: "none" })
  .step("active", { run: active, undo: "none" });

/** The domain after its parts: what a cloud began before version 3 ends so. */
export const serverCreate2 = saga<ServerCreateParams, ComputeSagaDeps>("server-create", 2)
  .step("server", { run: nothing, undo: serverFail })
  .step("allocationGuard", { run: nothing, undo: allocationRelease })
  .step("allocation", { run: allocationClaim, undo: "none" })
  .step("host", { run: hostAssign, undo: "none" })
  .step("partsGuard", { run: nothing, undo: partsDelete })
  .step("parts", { run: partsMake, undo: "none" })
  .step("domain", { run: domainDefine, undo: "none" })
  .step("start", { run: serverStart, undo: "none" })
  .step("active", { run: active, undo: "none" });

async function serverFail(step: Undo): Promise<void> {
  const fault = faultOf(step.error, statusOfFault(step.error.code), step.deps.clock.now());
  await fail(step, step.error, { vmState: "error", powerState: "no-state", hostId: null, fault });
}

async function allocationClaim(step: ServerStep): Promise<{ readonly hostId: string }> {
  return hostClaim(step, await serverOf(step));
}

/** Chooses among the hosts that can carry the server and claims its resources on one. */
export async function hostClaim(step: ServerStep, server: Server): Promise<{ readonly hostId: string }> {
  const { placement, clock, database } = step.deps;
  // A claim whose answer was lost in a crash: the host may have no room for a second one.
  const [held] = await placement.allocationsOf(server.id);
  if (held) return { hostId: held.providerUuid };
  const needs = placementNeeds(server);
  const { resources } = needs;
  const [candidates, hosts] = [await hostCandidatesOf(placement, needs), await hostList(database.db)];
  // The host that an administrator asked for is the only one that will do, else those of the zone.
  const { destinationId, availabilityZone } = server;
  const wanted = hosts.filter(({ id, zone }) =>
    destinationId === undefined
      ? availabilityZone === undefined || zone === availabilityZone
      : id === destinationId,
  );
  const usable = new Set(
    wanted.filter((host) => !host.disabled && hostIsUp(host, clock.now())).map(({ id }) => id),
  );
  for (const { providerUuid } of candidates.filter((candidate) => usable.has(candidate.providerUuid))) {
    try {
      await placement.allocationClaim({
        consumerUuid: server.id,
        providerUuid,
        resources,
        projectId: server.projectId,
        userId: server.userId,
      });
      return { hostId: providerUuid };
    } catch (error) {
      // Somebody else was faster on this host: the next candidate.
      if (!isCloudError(error, "no-capacity", "conflict")) throw error;
    }
  }
  // After a time without the cloud its hosts have yet to report themselves.
  const silent = wanted.filter((host) => !host.disabled && !host.forcedDown && !hostIsUp(host, clock.now()));
  if (silent.some(({ id }) => candidates.some(({ providerUuid }) => providerUuid === id))) {
    const names = silent.map(({ hostname }) => hostname).join(", ");
    throw retryable(
      new CloudError(
        "no-capacity",
        "No valid host was found. A host that would do does not report itself at present.",
        { detail: `silent: ${names}` },
      ),
    );
  }
  const asked = [
    ...Object.entries(resources).map(([name, amount]) => `${name}=${amount}`),
    ...needs.requiredTraits,
    ...needs.forbiddenTraits.map((name) => `no ${name}`),
  ];
  throw terminal(
    new CloudError(
      "no-capacity",
      `No valid host was found. There are not enough hosts available. Asked for: ${asked.join(", ")}.`,
    ),
  );
}

async function allocationRelease(step: Undo): Promise<void> {
  await step.deps.placement.allocationRelease(step.params.serverId);
}

async function hostAssign(step: ServerStep & { outputs: { allocation: { hostId: string } } }): Promise<void> {
  const { database, clock } = step.deps;
  const { hostId } = step.outputs.allocation;
  await database.transaction(async (tx) => {
    const server = await serverFind(tx, step.params.serverId);
    // A delete that came meanwhile keeps its task state.
    const taskState = server?.taskState === "deleting" ? "deleting" : "spawning";
    await serverUpdate(tx, step.params.serverId, { hostId, taskState }, clock.now());
  });
}

/** All that its domain opens: root disk and config drive. */
async function disksCreate(step: SagaStep<ServerCreateParams, ComputeSagaDeps>): Promise<void> {
  const server = await placedServerOf(step);
  await hostCommand(step, server.hostId, commands.disksCreate, rootDiskOf(server), imageTimeoutMs);
  await configDriveMake(step, server, { injected: step.params.injected, rescue: false });
}

/** The TPM beside the disks and the domain, which opens these: each takes most of what comes before the start, and neither needs the other. */
async function partsMake(step: SagaStep<ServerCreateParams, ComputeSagaDeps>): Promise<void> {
  const made = await Promise.allSettled([disksCreate(step).then(() => domainDefine(step)), tpmMake(step)]);
  const failed = made.filter((part) => part.status === "rejected").map(({ reason }): unknown => reason);
  // What time does not mend is the answer, whichever came first.
  if (failed.length > 0) throw failed.find((reason) => !(reason instanceof RetryableError)) ?? failed[0];
}

async function partsDelete(step: Undo): Promise<void> {
  await domainUndefine(step);
  await tpmDelete(step);
  await disksDelete(step);
}

/** Where the passphrases are in the saga's joined boxes when the TPM is a copy of its image's; else there is one box alone. */
const copyBoxes = { server: 0, image: 1 } as const;

async function tpmMake(step: ServerStep): Promise<void> {
  const { tpm, hostId } = await placedServerOf(step);
  const imageId = tpm?.copiedFrom;
  if (imageId === undefined) return tpmManufacture(step);
  const content = (await imageTpmFind(step.deps.database.db, imageId))?.content;
  if (!content)
    throw terminal(new CloudError("conflict", `Image ${imageId} was deleted before its TPM was copied.`));
  const box = sealedBoxAt(step.sealedBox, copyBoxes.image);
  const passphrase = await imagePassphraseForHost({ ...step, sealedBox: box }, imageId, hostId);
  const own = sealedBoxAt(step.sealedBox, copyBoxes.server);
  await tpmManufacture({ ...step, sealedBox: own }, { imageId, content, passphrase });
}

async function serverStart(step: ServerStep): Promise<void> {
  const { tpm } = await serverOf(step);
  const isCopy = tpm?.copiedFrom !== undefined;
  await domainStart(isCopy ? { ...step, sealedBox: sealedBoxAt(step.sealedBox, copyBoxes.server) } : step);
}

export async function tpmManufacture(
  step: ServerStep,
  source?: Static<typeof commands.tpmManufacture.request>["source"],
): Promise<void> {
  const server = await placedServerOf(step);
  if (!server.tpm) return;
  const { version, model, secretId } = server.tpm;
  const passphrase = await passphraseForHost(step, server.id, server.hostId);
  const { sagaId } = step;
  const { endorsementKeys } = await hostCommand(step, server.hostId, commands.tpmManufacture, {
    serverId: server.id,
    sagaId,
    tpm: { version, model, secretId },
    passphrase,
    ...(source === undefined ? {} : { source }),
  });
  await step.deps.database.transaction((tx) => endorsementKeysReplace(tx, server.id, endorsementKeys ?? []));
}

async function active(step: ServerStep): Promise<void> {
  await finish(step, { vmState: "active", powerState: "running", launchedAt: step.deps.clock.now() });
}

async function disksDelete(step: Undo): Promise<void> {
  const { id: serverId, hostId } = await placedServerOf(step);
  await hostCommand(step, hostId, commands.disksDelete, { serverId });
}

async function tpmDelete(step: Undo): Promise<void> {
  const { id: serverId, hostId, tpm } = await placedServerOf(step);
  if (!tpm) return;
  await hostCommand(step, hostId, commands.tpmDelete, { serverId, secretId: tpm.secretId });
  await step.deps.database.transaction(async (tx) => {
    await endorsementKeysReplace(tx, serverId, []);
    await tpmVaultDelete(tx, serverId);
  });
}
