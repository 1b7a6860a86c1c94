/** Steps that a resize, its confirmation, its revert and a delete share. */
import type { Secret } from "#base/secret.ts";
import { CloudError } from "#base/errors.ts";
import { commands } from "#bus/index.ts";
import { terminal, type SagaStep, type SagaUndo } from "#saga/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import { passphraseDelete, useOfSaga } from "../app/passphrase-audit.ts";
import { sealedBoxAt } from "../app/sealed-boxes.ts";
import { resourcesOfFlavor } from "../domain/flavor-resources.ts";
import type { ServerMigration } from "../domain/server-migration.ts";
import { resizeSecrets } from "../domain/server-resize.ts";
import type { ServerFlavor, ServerTpm } from "../domain/server.ts";
import { serverFlavorSet } from "../store/server-flavor.ts";
import { serverMigrationFind } from "../store/server-migrations.ts";
import { serverFind } from "../store/servers.ts";
import { tpmUnpark } from "../store/tpm-parked.ts";
import { domainSpecOf } from "./domain-spec.ts";
import { hostCommand } from "./host-command.ts";
import { domainStart, placedServerOf, type ServerActionParams, type ServerStep } from "./server-steps.ts";

export interface ServerResizeParams extends ServerActionParams {
  readonly migrationId: number;
}
export type ResizeStep = SagaStep<ServerResizeParams, ComputeSagaDeps>;
export type ResizeUndo = SagaUndo<ServerResizeParams, ComputeSagaDeps>;

/** Copying a large disk takes its time. */
export const diskTimeoutMs = 30 * 60_000;

/** Where the passphrases are in the saga's joined boxes. */
export const passphrasePlaces = { old: 0, new: 1 } as const;

export async function migrationOf(step: ResizeStep): Promise<ServerMigration> {
  const migration = await serverMigrationFind(step.deps.database.db, step.params.migrationId);
  if (migration) return migration;
  throw terminal(
    new CloudError("not-found", `Migration ${step.params.migrationId} of ${step.params.serverId} is gone.`),
  );
}

/** The server holds this much on its host, whatever it held. */
export async function allocationSet(step: ServerStep, resources: Record<string, number>): Promise<void> {
  const { id: consumerUuid, hostId: providerUuid, projectId, userId } = await placedServerOf(step);
  await step.deps.placement.allocationReplace({ consumerUuid, providerUuid, resources, projectId, userId });
}

export async function allocationOf(step: ServerStep, flavor: ServerFlavor): Promise<void> {
  await allocationSet(step, resourcesOfFlavor(flavor));
}

export async function domainDefine(step: ServerStep): Promise<void> {
  const server = await placedServerOf(step);
  await hostCommand(step, server.hostId, commands.domainDefine, domainSpecOf(server));
}

/** Off at once, and its definition gone; its TPM's last state goes to the vault. */
export async function domainUndefine(step: ServerStep): Promise<void> {
  const { id: serverId, hostId } = await placedServerOf(step);
  await hostCommand(step, hostId, commands.domainUndefine, { serverId });
}

/** Starts the server with the passphrase of the TPM that it has now. */
export async function domainStartAs(step: ServerStep, which: keyof typeof passphrasePlaces): Promise<void> {
  await domainStart({ ...step, sealedBox: sealedBoxAt(step.sealedBox, passphrasePlaces[which]) });
}

export async function diskKeep(step: ServerStep, keep: "old" | "new"): Promise<void> {
  const { id: serverId, hostId } = await placedServerOf(step);
  await hostCommand(step, hostId, commands.disksResizeEnd, { serverId, keep });
}

/** Of a TPM that was put aside; nothing when none was. */
export async function parkedTpmKeep(
  step: ServerStep,
  migration: ServerMigration,
  keep: "old" | "new",
): Promise<void> {
  if (!resizeSecrets(migration).outlived) return;
  const { id: serverId, hostId } = await placedServerOf(step);
  await hostCommand(step, hostId, commands.tpmParkEnd, { serverId, keep });
}

/** A TPM that the resize gave to a server without one. */
export async function addedTpmDelete(step: ServerStep, migration: ServerMigration): Promise<void> {
  const { made, outlived } = resizeSecrets(migration);
  if (!made || outlived) return;
  const { id: serverId, hostId } = await placedServerOf(step);
  await hostCommand(step, hostId, commands.tpmDelete, { serverId, secretId: made.secretId });
}

/** Flavor and TPM as before; in the vault too, and what it has of a TPM that the resize made is forgotten. */
export async function rowOld(step: ServerStep, migration: ServerMigration): Promise<void> {
  const { database, clock } = step.deps;
  const { made, outlived } = resizeSecrets(migration);
  await database.transaction(async (tx) => {
    const server = await serverFind(tx, step.params.serverId);
    if (!server) return;
    const changed = (made ?? outlived) !== undefined && server.tpm?.secretId === made?.secretId;
    if (changed) {
      await tpmUnpark(tx, migration);
    }
    await serverFlavorSet(tx, server.id, migration.old, clock.now());
  });
}

/** For good, with whoever began this saga as the one who did it. */
export async function secretForget(
  step: ServerStep,
  tpm: ServerTpm | undefined,
  token?: Secret<string>,
): Promise<void> {
  if (!tpm) return;
  const server = await serverFind(step.deps.database.db, step.params.serverId);
  if (!server) return;
  const use = await useOfSaga(step.deps.database.db, step, { ...server, tpm });
  await passphraseDelete(step.deps, tpm.secretId, use, { token });
}
