import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { systemClock } from "#base/clock.ts";
import { CloudError } from "#base/errors.ts";
import type { Logger } from "#base/logger.ts";
import { imageRead, type Bus } from "#bus/index.ts";
import { computeMigrations, createCompute, type Compute } from "#compute/index.ts";
import { migrationList, openDatabase, type DatabaseAddress } from "#db/index.ts";
import { createHttpServer, type Service } from "#http/index.ts";
import { createIdentity, identityMigrations } from "#identity/index.ts";
import { createImage, imageMigrations, type ImageService } from "#image/index.ts";
import { createKeyManager, keyManagerMigrations } from "#key-manager/index.ts";
import { createPlacement, placementMigrations } from "#placement/index.ts";
import type { Policy } from "#policy/index.ts";
import { sagaMigrations } from "#saga/index.ts";
import { sealKeyPairLoad } from "#seal/index.ts";
import { ownCatalog } from "./catalog.ts";
import { openrcEnsure } from "./openrc.ts";
import { flavorsSeed, guestSeed, type GuestFiles } from "./seeds.ts";

/** One schema for all services. */
export const allMigrations = {
  ...identityMigrations,
  ...imageMigrations,
  ...placementMigrations,
  ...keyManagerMigrations,
  ...sagaMigrations,
  ...computeMigrations,
};

export interface ControlPlaneParts {
  readonly statePath: string;
  readonly database: DatabaseAddress;
  /** Which of the control planes on one database this is: it takes up again the sagas that it left. */
  readonly replicaId: string;
  /** Under which clients reach the port. */
  readonly publicUrl: string;
  readonly bus: Bus;
  readonly log: Logger;
  /** The operator's; absent: the services' default rules. */
  readonly policy?: Policy | undefined;
  /** How many states of each TPM the vault keeps; 5 when it is not said. */
  readonly tpmGenerationsKept?: number | undefined;
  /** Seeds the image `sealstone-guest`. */
  readonly guest: GuestFiles | undefined;
}

export interface ControlPlaneOptions extends ControlPlaneParts {
  readonly address: string;
  readonly port: number;
}

export interface ControlPlane {
  readonly url: string;
  /** The files to source: administrator and demo user. */
  readonly openrcPaths: { readonly admin: string; readonly demo: string };
  /** Ends requests and sagas under way, or leaves them to the next start. */
  stop(): Promise<void>;
}

/** All services on one port; resolves when the API answers. */
export async function controlPlaneStart(options: ControlPlaneOptions): Promise<ControlPlane> {
  const controlPlane = await controlPlaneAssemble(options);
  await listen(controlPlane.http, options);
  return controlPlane;
}

/** The same, on no port: requests come by `http.inject`. */
export async function controlPlaneAssemble(
  options: ControlPlaneParts,
): Promise<ControlPlane & { readonly http: FastifyInstance; readonly services: readonly Service[] }> {
  const { statePath, bus, log, publicUrl, policy } = options;
  const clock = systemClock;
  const openrcPaths = { admin: join(statePath, "openrc"), demo: join(statePath, "openrc-demo") };
  const fresh = (await migrationList(options.database)).length === 0;
  const account = { authUrl: `${publicUrl}/identity`, fresh };
  const [admin, demo] = [
    { ...account, path: openrcPaths.admin, user: "admin", project: "admin" },
    { ...account, path: openrcPaths.demo, user: "demo", project: "demo" },
  ];
  const adminPassword = await openrcEnsure(admin);
  const demoPassword = await openrcEnsure(demo);
  const database = await openDatabase({ address: options.database, migrations: allMigrations });
  const keyManager = await createKeyManager({
    database,
    clock,
    log,
    masterKeyPath: join(statePath, "master.key"),
    policy,
  });
  const { box } = keyManager;
  const identity = createIdentity({ database, clock, log, box, publicEndpoint: publicUrl });
  await identity.bootstrap({ adminPassword, demoPassword, catalog: ownCatalog });
  const image = createImage({ database, clock, log, imagesFolder: join(statePath, "images") });
  const placement = createPlacement({ database, clock, log });
  const sealKey = await sealKeyPairLoad(join(statePath, "control-plane.key"));
  const { secrets } = keyManager;
  const peers = { placement, secrets, image, bus };
  const { replicaId: ownerId, tpmGenerationsKept } = options;
  const compute = createCompute({ ...peers, tpmGenerationsKept, database, sealKey, clock, log, ownerId });
  await image.imageRecover();
  const stopReads = bus.serve(imageRead, {}, async ({ imageId, offset, length }) => ({
    bytes: (await image.imageRead(imageId, offset, length)).toString("base64"),
  }));
  await seed({ compute, image, statePath }, options.guest);
  await compute.start();
  const services = [identity.service, image.service, placement.service, keyManager.service, compute.service];
  const http = createHttpServer({
    services,
    policy,
    authenticate: (token) => identity.authenticate(token),
    log,
    clock,
  });
  return {
    url: publicUrl,
    http,
    services,
    openrcPaths,
    async stop() {
      await http.close();
      await compute.stop();
      stopReads();
      await database.close();
    },
  };
}

/** What a new cloud has; what its administrator removed later stays removed, and the markers in the state directory remember it. */
async function seed(
  { compute, image, statePath }: { compute: Compute; image: ImageService; statePath: string },
  guest: GuestFiles | undefined,
): Promise<void> {
  const flavorsDone = join(statePath, "flavors-seeded");
  if (!existsSync(flavorsDone)) {
    await flavorsSeed(compute);
    await writeFile(flavorsDone, "");
  }
  if (!guest) return;
  const guestDone = join(statePath, "guest-seeded");
  await guestSeed(image, guest, { onlyWhatIsThere: existsSync(guestDone) });
  await writeFile(guestDone, "");
}

async function listen(http: FastifyInstance, options: ControlPlaneOptions): Promise<void> {
  try {
    await http.listen({ host: options.address, port: options.port });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reasons: Readonly<Record<string, string>> = {
      EADDRINUSE: "is taken: stop what listens there, or choose another --port",
      EACCES: "needs root: choose a --port from 1024 on",
      EADDRNOTAVAIL: "is no address of this machine: mend [api] listen_address",
      ENOTFOUND: "is an unknown name: mend [api] listen_address",
    };
    const reason = code === undefined ? undefined : reasons[code];
    if (reason === undefined) throw cause;
    throw new CloudError("conflict", `Port ${options.port} of ${options.address} ${reason}.`, { cause });
  }
}
