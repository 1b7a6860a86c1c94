import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { auditMigrations, createAuditService } from "#audit/index.ts";
import { createBarbicanSecrets, secretsBesideEmbedded, type BarbicanOptions } from "#barbican/index.ts";
import { systemClock } from "#base/clock.ts";
import { CloudError } from "#base/errors.ts";
import type { Logger } from "#base/logger.ts";
import { imageRead, type Bus } from "#bus/index.ts";
import { computeMigrations, createCompute, type Compute, type ComputeSettings } from "#compute/index.ts";
import { databaseMigrations, openDatabase, type DatabaseAddress } from "#db/index.ts";
import { createHttpServer, type Service } from "#http/index.ts";
import {
  createIdentity,
  identityMigrations,
  identitySealedValues,
  type FederationOptions,
  type Identity,
  type PasswordCost,
} from "#identity/index.ts";
import { createImage, imageMigrations, type ImageService } from "#image/index.ts";
import {
  createKeyManager,
  keyManagerMigrations,
  type KeyManager,
  type ServiceSecrets,
} from "#key-manager/index.ts";
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
  ...auditMigrations,
  ...computeMigrations,
  ...databaseMigrations,
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
  /** Undefined: audit events are kept for ever. */
  readonly auditRetentionDays?: number | undefined;
  readonly compute?: ComputeSettings | undefined;
  /** Seeds the image `sealstone-guest`. */
  readonly guest: GuestFiles | undefined;
  /** The external Barbican that new passphrases go to; absent: the embedded key manager. */
  readonly barbican?: BarbicanOptions | undefined;
  /** Which proxy is believed about whom it signed in; absent: none. */
  readonly federation?: FederationOptions | undefined;
  /** Absent: what OWASP recommends. */
  readonly passwordCost?: PasswordCost | undefined;
  /** `[placement] randomize_allocation_candidates` */
  readonly randomizeCandidates?: boolean;
}

export interface ControlPlaneOptions extends ControlPlaneParts {
  readonly address: string;
  readonly port: number;
  /** Of Placement alone, without its path. */
  readonly placementPort?: number | undefined;
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
  const { address, port, placementPort } = options;
  await listen(controlPlane.http, { address, port, option: "--port" });
  if (placementPort === undefined) return controlPlane;
  const placement = controlPlane.serverOf("placement");
  const stop = async (): Promise<void> => {
    await placement.close();
    await controlPlane.stop();
  };
  try {
    await listen(placement, { address, port: placementPort, option: "[placement] listen_port" });
  } catch (error) {
    await stop();
    throw error;
  }
  return { ...controlPlane, stop };
}

/** Keystone's default of `[token] allow_expired_window`: two days. */
const allowExpiredWindowSeconds = 172_800;

/** What listens, and how the parts of one control plane are reached. */
export interface AssembledControlPlane extends ControlPlane {
  readonly http: FastifyInstance;
  readonly services: readonly Service[];
  /** One of the services alone, without its path; not yet listening. */
  serverOf(type: string): FastifyInstance;
}

/** The same, on no port: requests come by `http.inject`. */
export async function controlPlaneAssemble(options: ControlPlaneParts): Promise<AssembledControlPlane> {
  const { statePath, bus, log, publicUrl, policy, barbican } = options;
  const clock = systemClock;
  const openrcPaths = { admin: join(statePath, "openrc"), demo: join(statePath, "openrc-demo") };
  const database = await openDatabase({ address: options.database, migrations: allMigrations });
  const masterKeyPath = join(statePath, "master.key");
  const keyManager = await createKeyManager({ database, clock, log, masterKeyPath, policy });
  const box = keyManager.boxFor(identitySealedValues);
  const sendsServiceToken = barbican?.sendServiceToken === true;
  const allowExpiredSeconds = sendsServiceToken ? allowExpiredWindowSeconds : 0;
  const { federation, passwordCost } = options;
  const identityOptions = { box, publicEndpoint: publicUrl, allowExpiredSeconds, federation, passwordCost };
  const identity = createIdentity({ database, clock, log, ...identityOptions });
  const account = { authUrl: `${publicUrl}/identity`, fresh: await identity.isNew() };
  const [admin, demo] = [
    { ...account, path: openrcPaths.admin, user: "admin", project: "admin" },
    { ...account, path: openrcPaths.demo, user: "demo", project: "demo" },
  ];
  const [adminOpenrc, demoOpenrc] = [await openrcEnsure(admin), await openrcEnsure(demo)];
  const cloudIsNew = await identity.bootstrap({
    adminPassword: adminOpenrc.password,
    demoPassword: demoOpenrc.password,
    catalog: ownCatalog({ "key-manager": barbican?.endpoint }),
    sendsServiceToken,
  });
  // Another control plane made the users meanwhile, with its own passwords.
  if (!cloudIsNew && adminOpenrc.isNew) await rm(admin.path);
  if (!cloudIsNew && demoOpenrc.isNew) await rm(demo.path);
  const cloudAccount = await identity.serviceAccount();
  const image = createImage({ database, clock, log, imagesFolder: join(statePath, "images") });
  const { randomizeCandidates = false } = options;
  const placement = createPlacement({ database, clock, log, randomizeCandidates });
  // In the background: nobody waits for it but the first who asks for candidates, who would read the same.
  const warmed = placement.warm().catch((error: unknown) => {
    log.warn(
      { error: String(error) },
      "the picture of the providers could not be read; the next question tries again",
    );
  });
  const sealKey = await sealKeyPairLoad(join(statePath, "control-plane.key"));
  const secrets = secretsOf(keyManager, identity, { database, clock, log, barbican, cloudAccount });
  const { auditRetentionDays: retentionDays } = options;
  const auditService = createAuditService({ database, clock, log, retentionDays });
  const { audit } = auditService;
  const { projectExists } = identity;
  const peers = { placement, secrets, cloudAccount, image, audit, bus, projectExists };
  const { replicaId: ownerId } = options;
  const compute = createCompute({ ...peers, ...options.compute, database, sealKey, clock, log, ownerId });
  await image.imageRecover();
  const stopReads = bus.serve(imageRead, {}, async ({ imageId, offset, length }) => ({
    bytes: (await image.imageRead(imageId, offset, length)).toString("base64"),
  }));
  await seed({ compute, image, statePath }, options.guest);
  await auditService.start();
  await compute.start();
  keyManager.start();
  const services = [identity, image, placement, keyManager, auditService, compute].map(
    ({ service }) => service,
  );
  const authenticate = (token: string) => identity.authenticate(token);
  const shared = { policy, authenticate, log, clock };
  const http = createHttpServer({ services, ...shared });
  return {
    url: publicUrl,
    http,
    services,
    serverOf: (type) => createHttpServer({ services: alone(services, type), ...shared }),
    openrcPaths,
    async stop() {
      await http.close();
      await compute.stop();
      await keyManager.stop();
      auditService.stop();
      stopReads();
      await warmed;
      await database.close();
    },
  };
}

/** Where compute keeps passphrases. */
function secretsOf(
  { secrets }: KeyManager,
  identity: Identity,
  {
    barbican,
    cloudAccount,
    ...parts
  }: Pick<Parameters<typeof createBarbicanSecrets>[0], "database" | "clock" | "log"> & {
    readonly cloudAccount: Awaited<ReturnType<Identity["serviceAccount"]>>;
    readonly barbican: BarbicanOptions | undefined;
  },
): ServiceSecrets {
  if (!barbican) return secrets;
  const { endpointType, regionName: region } = barbican;
  const serviceToken = async () => (await cloudAccount.caller()).token;
  const catalogUrl = () => identity.endpointUrl({ type: "key-manager", interface: endpointType, region });
  return secretsBesideEmbedded(
    createBarbicanSecrets({ ...barbican, ...parts, catalogUrl, serviceToken }),
    secrets,
  );
}

function alone(services: readonly Service[], type: string): Service[] {
  return services.filter((service) => service.type === type).map((service) => ({ ...service, prefix: "" }));
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

async function listen(
  http: FastifyInstance,
  at: { readonly address: string; readonly port: number; readonly option: string },
): Promise<void> {
  try {
    await http.listen({ host: at.address, port: at.port });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reasons: Readonly<Record<string, string>> = {
      EADDRINUSE: `is taken: stop what listens there, or choose another ${at.option}`,
      EACCES: `needs root: choose a ${at.option} from 1024 on`,
      EADDRNOTAVAIL: "is no address of this machine: mend [api] listen_address",
      ENOTFOUND: "is an unknown name: mend [api] listen_address",
    };
    const reason = code === undefined ? undefined : reasons[code];
    if (reason === undefined) throw cause;
    throw new CloudError("conflict", `Port ${at.port} of ${at.address} ${reason}.`, { cause });
  }
}
