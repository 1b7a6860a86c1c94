import type { Audit } from "#audit/index.ts";
import type { Clock } from "#base/clock.ts";
import type { SagaId } from "#base/ids.ts";
import type { Logger } from "#base/logger.ts";
import type { Bus } from "#bus/index.ts";
import type { Database } from "#db/index.ts";
import type { Caller, Ctx } from "#http/index.ts";
import type { ImageService } from "#image/index.ts";
import type { ServiceSecrets } from "#key-manager/index.ts";
import type { Placement } from "#placement/index.ts";
import type { SagaExecutor } from "#saga/index.ts";
import type { SealKeyPair } from "#seal/index.ts";
import type { ComputeKept } from "./kept.ts";

/** The compute service's own user in the key manager: whose the passphrases of the mode `deployment` are. */
export interface CloudAccount {
  readonly userId: string;
  readonly projectId: string;
  /** Throws `unavailable` when an administrator took that user away. */
  readonly caller: () => Promise<Caller>;
}

/** What sagas and reconcilers work with. */
export interface ComputeSagaDeps {
  readonly database: Database;
  readonly placement: Pick<
    Placement,
    | "providerEnsure"
    | "providerRemove"
    | "candidatesFind"
    | "allocationClaim"
    | "allocationReplace"
    | "allocationRelease"
    | "allocationsOf"
  >;
  readonly secrets: ServiceSecrets;
  readonly cloudAccount: CloudAccount;
  /** Told of each use of a passphrase. */
  readonly audit: Audit;
  readonly image: Pick<ImageService, "keeper">;
  /** Hurries a saga that another one began; without it that one waits for the next look. */
  readonly nudge?: ((sagaId: SagaId) => void) | undefined;
  readonly bus: Bus;
  /** The control plane's own HPKE key: boxes rest under it until a host is chosen. */
  readonly sealKey: SealKeyPair;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Nova's options of these names, in seconds; 0: never. */
export interface ComputeIntervals {
  /** `resize_confirm_window` */
  readonly resizeConfirmS: number;
  /** `reclaim_instance_interval` */
  readonly reclaimS: number;
}

export interface ComputeDeps extends ComputeSagaDeps {
  readonly executor: SagaExecutor;
  /** Names this process among those on the same database; the same again after a restart. */
  readonly ownerId: string;
  readonly kept: ComputeKept;
  /** How many states of each TPM are kept; the hashes of all are. */
  readonly tpmGenerationsKept: number;
  /** Deletes, in the background and with the caller's token, what their project left behind in an external key manager. */
  readonly orphansSweep: (asked: Pick<Ctx, "caller" | "requestId">) => void;
  readonly intervals: ComputeIntervals;
  /** The name of the machine that the control plane runs on. */
  readonly controlHost: string;
  /** Whether identity knows the project. */
  readonly projectExists: (id: string) => Promise<boolean>;
  readonly image: Pick<ImageService, "imageFetch" | "proxy" | "imageDraft" | "keeper" | "onRemoved">;
  /** `[DEFAULT] force_config_drive`: every new server has one. */
  readonly forceConfigDrive: boolean;
  /** `[DEFAULT] shelved_offload_time`: seconds that a shelved server stays on its host; below 0: until somebody says so. */
  readonly shelvedOffloadTimeS: number;
}

export type ComputeCtx = Ctx<ComputeDeps>;
