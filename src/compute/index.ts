import { hostname } from "node:os";
import type { Migrations } from "#db/index.ts";
import { hostHeartbeat, hostRegister, serverPowerChanged } from "#bus/index.ts";
import { computeEnvelope, type Service } from "#http/index.ts";
import { createSagaExecutor, type SagaMoment } from "#saga/index.ts";
import { computeMicroversions } from "./api/versions/versions.ts";
import type { ComputeDeps, ComputeIntervals, ComputeSagaDeps } from "./app/deps.ts";
import { computeKept } from "./app/kept.ts";
import { hostRegistered } from "./app/host-report.ts";
import { createPassphraseOrphans } from "./app/passphrase-orphans.ts";
import { flavorEnsure, type FlavorSeed } from "./app/seed.ts";
import { tpmVaultServe } from "./app/tpm-vault.ts";
import { computePolicyRules } from "./policy-rules.ts";
import { hostBootStarts } from "./reconcilers/host-boot.ts";
import { reconcilePeriodically } from "./reconcilers/periodic.ts";
import { hostPowerStatesReconcile, powerStateRecord, tpmLostRecord } from "./reconcilers/power-states.ts";
import { stuckSagasRetry } from "./reconcilers/stuck-sagas.ts";
import { imageTpmsReap } from "./reconcilers/image-tpms.ts";
import { passphraseIntentsReap } from "./reconcilers/passphrase-intents.ts";
import { computeRoutes } from "./routes.ts";
import { serverActionSagas } from "./sagas/server-action-sagas.ts";
import { serverCreateBackup } from "./sagas/server-create-backup.ts";
import { serverCreateImage } from "./sagas/server-create-image.ts";
import { serverCreate, serverCreate2 } from "./sagas/server-create.ts";
import { serverRebuild } from "./sagas/server-rebuild.ts";
import { serverDelete } from "./sagas/server-delete.ts";
import { serverResizeConfirm } from "./sagas/server-resize-confirm.ts";
import { serverResizeRevert } from "./sagas/server-resize-revert.ts";
import { serverResize } from "./sagas/server-resize.ts";
import { serverRestore } from "./sagas/server-restore.ts";
import { serverSoftDelete } from "./sagas/server-soft-delete.ts";
import { serverRescue } from "./sagas/server-rescue.ts";
import { serverShelve } from "./sagas/server-shelve.ts";
import { serverShelveOffload } from "./sagas/server-shelve-offload.ts";
import { serverUnshelve } from "./sagas/server-unshelve.ts";
import { hostSeen } from "./store/hosts.ts";
import { computeInitial } from "./store/migrations/0006-compute.ts";
import { computeQuotas } from "./store/migrations/0035-quotas.ts";
import { computeServerGroups } from "./store/migrations/0036-server-groups.ts";
import { computeFlavorAccess } from "./store/migrations/0037-flavor-access.ts";
import { computeAggregates } from "./store/migrations/0038-aggregates.ts";
import { computeServerUsages } from "./store/migrations/0039-server-usages.ts";
import { computeServerGroupMembers } from "./store/migrations/0040-server-group-members.ts";
import { computeTpmVault } from "./store/migrations/0041-tpm-vault.ts";
import { computeTpmEndorsementKeys } from "./store/migrations/0046-tpm-endorsement-keys.ts";
import { computeShelvedServers } from "./store/migrations/0065-shelved-servers.ts";
import { computeServerColumns } from "./store/migrations/0050-server-columns.ts";
import { computePassphraseOrphans } from "./store/migrations/0051-passphrase-orphans.ts";
import { computeHostBootStarts } from "./store/migrations/0053-host-boot-starts.ts";
import { computeRebuilds } from "./store/migrations/0057-rebuilds.ts";
import { computeImageTpms } from "./store/migrations/0058-image-tpms.ts";
import { computeTpmSaves } from "./store/migrations/0079-tpm-saves.ts";
import { computePassphraseIntents } from "./store/migrations/0071-passphrase-intents.ts";
import { computeDeletedServers } from "./store/migrations/0063-deleted-servers.ts";
import { computeServerMigrations } from "./store/migrations/0061-server-migrations.ts";

export { computePolicyRules } from "./policy-rules.ts";
export type { ComputeIntervals } from "./app/deps.ts";

export const computeMigrations: Migrations = {
  "0006-compute": computeInitial,
  "0035-quotas": computeQuotas,
  "0036-server-groups": computeServerGroups,
  "0037-flavor-access": computeFlavorAccess,
  "0038-aggregates": computeAggregates,
  "0039-server-usages": computeServerUsages,
  "0040-server-group-members": computeServerGroupMembers,
  "0041-tpm-vault": computeTpmVault,
  "0046-tpm-endorsement-keys": computeTpmEndorsementKeys,
  "0050-server-columns": computeServerColumns,
  "0051-passphrase-orphans": computePassphraseOrphans,
  "0053-host-boot-starts": computeHostBootStarts,
  "0057-rebuilds": computeRebuilds,
  "0058-image-tpms": computeImageTpms,
  "0061-server-migrations": computeServerMigrations,
  "0065-shelved-servers": computeShelvedServers,
  "0071-passphrase-intents": computePassphraseIntents,
  "0063-deleted-servers": computeDeletedServers,
  "0079-tpm-saves": computeTpmSaves,
};

/** Of sealstone.conf; what is not said has Nova's default. */
export interface ComputeSettings {
  /** How many states of each TPM are kept; 5 when it is not said. */
  readonly tpmGenerationsKept?: number | undefined;
  /** `[DEFAULT] force_config_drive` */
  readonly forceConfigDrive?: boolean | undefined;
  /** None: a resize waits for its confirmation, and a delete is for good. */
  readonly intervals?: ComputeIntervals | undefined;
  /** Told of each moment of each saga; for tests of crashes. */
  readonly sagaMoment?: SagaMoment | undefined;
  /** `[DEFAULT] shelved_offload_time`; 0 when it is not said. */
  readonly shelvedOffloadTimeS?: number | undefined;
}

export type ComputeOptions = ComputeSagaDeps &
  Pick<ComputeDeps, "image" | "ownerId" | "projectExists"> &
  ComputeSettings;

export interface Compute {
  readonly service: Service;
  /** Takes up unfinished sagas, listens to hosts, starts the reconcilers. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Makes a public flavor once. */
  flavorEnsure(seed: FlavorSeed): Promise<void>;
}

/** The compute service: Nova's API v2.1 over sagas that speak to agents. */
export function createCompute(options: ComputeOptions): Compute {
  const executor = createSagaExecutor<ComputeSagaDeps>({
    database: options.database,
    definitions: [
      serverCreate,
      serverCreate2,
      serverDelete,
      serverRescue,
      serverShelve,
      serverShelveOffload,
      serverUnshelve,
      serverCreateImage,
      serverCreateBackup,
      serverRebuild,
      serverSoftDelete,
      serverRestore,
      serverResize,
      serverResizeConfirm,
      serverResizeRevert,
      ...Object.values(serverActionSagas),
    ],
    deps: { ...options, nudge: (sagaId) => executor.nudge(sagaId) },
    log: options.log,
    ownerId: options.ownerId,
    clock: options.clock,
    moment: options.sagaMoment,
  });
  const kept = computeKept(options.database);
  const {
    tpmGenerationsKept = 5,
    forceConfigDrive = false,
    shelvedOffloadTimeS = 0,
    intervals = { resizeConfirmS: 0, reclaimS: 0 },
  } = options;
  const controlHost = hostname();
  const settings = { tpmGenerationsKept, forceConfigDrive, shelvedOffloadTimeS, intervals, controlHost };
  const orphans = createPassphraseOrphans(options);
  const orphansSweep: ComputeDeps["orphansSweep"] = (asked) => orphans.sweep(asked);
  const deps: ComputeDeps = { ...options, executor, kept, orphansSweep, ...settings };
  const service: Service<ComputeDeps> = {
    type: "compute",
    prefix: "/compute",
    envelope: computeEnvelope,
    strictSlashes: true,
    projectPaths: true,
    microversions: computeMicroversions,
    requestIdHeader: "x-compute-request-id",
    routes: computeRoutes,
    policyRules: computePolicyRules,
    deps,
  };
  const stops: (() => void)[] = [];
  return {
    service,
    flavorEnsure: (seed) => flavorEnsure(deps, seed),
    async start() {
      await passphraseIntentsReap(deps, deps.ownerId);
      await imageTpmsReap(deps);
      // First: a host that registers has states to hand in.
      stops.push(tpmVaultServe(deps), ...listen(deps));
      await executor.start();
      stops.push(reconcilePeriodically(deps, orphans));
      await orphans.sweepOwn();
    },
    async stop() {
      for (const stop of stops.splice(0)) stop();
      await Promise.all([executor.stop(), orphans.stop()]);
    },
  };
}

function listen(deps: ComputeDeps): (() => void)[] {
  const { bus, database, clock, log } = deps;
  const failed = (error: unknown): void =>
    log.error({ error: String(error) }, "a host's report could not be recorded");
  const forgotten = (error: unknown): void =>
    log.error({ error: String(error) }, "the TPM of a deleted image is left to the next look");
  return [
    deps.image.onRemoved(() => void imageTpmsReap(deps).catch(forgotten)),
    bus.serve(hostRegister, {}, async (facts) => {
      await hostRegistered(deps, facts);
      // What happened on the host while it was away.
      setImmediate(() => void hostReturned(deps, facts.hostId).catch(failed));
      return {};
    }),
    bus.subscribe(hostHeartbeat, ({ hostId }) => {
      database.transaction((tx) => hostSeen(tx, hostId, clock.now())).catch(failed);
    }),
    bus.subscribe(serverPowerChanged, ({ serverId, powerState, tpmRuns }) => {
      const recorded =
        tpmRuns === false
          ? tpmLostRecord(deps, serverId)
          : powerStateRecord(deps, serverId, { power: powerState });
      recorded.catch(failed);
    }),
  ];
}

async function hostReturned(deps: ComputeDeps, hostId: string): Promise<void> {
  await hostPowerStatesReconcile(deps, hostId);
  await hostBootStarts(deps);
  await stuckSagasRetry(deps);
}
