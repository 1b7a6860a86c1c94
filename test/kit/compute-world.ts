import { auditMigrations, createAudit } from "#audit/index.ts";
import { systemClock } from "#base/clock.ts";
import { silentLogger } from "#base/logger.ts";
import { createInProcessBus, hostRegister } from "#bus/index.ts";
import { computeMigrations } from "#compute/index.ts";
import type { Database } from "#db/index.ts";
import { createImage, imageMigrations, type ImageService } from "#image/index.ts";
import { createPlacement, placementMigrations, type Placement } from "#placement/index.ts";
import type { SealKeyPair } from "#seal/index.ts";
import type { ComputeSagaDeps } from "../../src/compute/app/deps.ts";
import { hostRegistered } from "../../src/compute/app/host-report.ts";
import { scriptedHostStart, type ScriptedHost } from "./scripted-host.ts";

/** The tables of a `computeWorld`. */
export const computeWorldMigrations = {
  ...auditMigrations,
  ...computeMigrations,
  ...imageMigrations,
  ...placementMigrations,
};

/** What the sagas of compute work with: Placement, images, and one scripted host that is registered. Passphrases are the caller's to say. */
export async function computeWorld(
  database: Database,
  own: {
    readonly sealKey: SealKeyPair;
    readonly hostKey: SealKeyPair;
    readonly hostId: string;
    readonly imagesFolder: string;
    readonly secrets: Partial<ComputeSagaDeps["secrets"]>;
  },
): Promise<{
  readonly deps: ComputeSagaDeps;
  readonly image: ImageService;
  readonly placement: Placement;
  readonly host: ScriptedHost;
}> {
  const bus = createInProcessBus();
  const [clock, log] = [systemClock, silentLogger];
  const placement = createPlacement({ database, clock, log });
  const image = createImage({ database, clock, log, imagesFolder: own.imagesFolder });
  const deps: ComputeSagaDeps = {
    database,
    placement,
    image,
    bus,
    sealKey: own.sealKey,
    clock,
    log,
    audit: createAudit({ database, clock, log }),
    cloudAccount: {
      userId: "nova",
      projectId: "service",
      caller: () => Promise.reject(new Error("not asked")),
    },
    secrets: { ...({} as ComputeSagaDeps["secrets"]), ...own.secrets },
  };
  bus.serve(hostRegister, {}, async (facts) => {
    await hostRegistered(deps, facts);
    return {};
  });
  return { deps, image, placement, host: await scriptedHostStart(bus, own.hostKey, own.hostId) };
}
