import { randomBytes } from "node:crypto";
import { CloudError, isCloudError } from "#base/errors.ts";
import { newUuid, type SagaId } from "#base/ids.ts";
import type { ConfigDriveInjection } from "#bus/index.ts";
import { tpmConstraintResolve, type TpmConstraint } from "#vtpm/index.ts";
import type { Server, ServerKeypair } from "../domain/server.ts";
import type { Flavor } from "../store/flavors.ts";
import { keypairFind } from "../store/keypairs.ts";
import { configDriveRequired, injectionPermit, injectionSeal } from "./config-drive.ts";
import type { ComputeCtx } from "./deps.ts";
import { flavorFetch } from "./flavor.ts";
import { imageTpmOf, imageTpmRead } from "./image-tpm.ts";
import { quotaLimitsOfCaller, serverCountPermit, serverMetadataPermit, type ServerCounts } from "./quota.ts";
import { serversAccept, type ServerDraft } from "./server-accept.ts";
import { destinationResolve, type DestinationInput } from "./server-destination.ts";
import { imageFits, imageOf, serverImageOf } from "./server-image.ts";
import { serverPlacing, type HintsInput } from "./server-placement.ts";

export interface ServerInput {
  readonly name: string;
  readonly description: string | null;
  readonly hostname: string | undefined;
  readonly imageId: string;
  readonly flavorId: string;
  readonly keyName: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly userData: string | null;
  readonly accessIPv4: string;
  readonly accessIPv6: string;
  readonly diskConfig: Server["diskConfig"];
  readonly tags: readonly string[];
  readonly destination: DestinationInput;
  readonly hints: HintsInput;
  readonly configDrive: boolean;
  /** What goes on the config drive and is kept nowhere. */
  readonly injection: ConfigDriveInjection;
  readonly trustedCertificates: readonly string[] | null;
  readonly counts: ServerCounts;
}

/** One transaction and one answer: so many servers it may make, whatever the quota (docs/decisions/0026-many-servers-in-one-request.md). */
const mostServers = 1_000;

/**
 * Accepts servers, all of the request or none, before anything exists; a saga each makes them. A contradiction between flavor
 * and image is `invalid` here, where Nova answers 202 and then ends in ERROR. In the order of their launch index.
 */
export async function serverCreate(
  ctx: ComputeCtx,
  input: ServerInput,
): Promise<readonly [Server, ...Server[]]> {
  ctx.deps.orphansSweep(ctx);
  const owner = ownerOf(ctx);
  if (input.trustedCertificates) ctx.enforce("os_compute_api:servers:create:trusted_certs");
  const destination = await destinationResolve(ctx, input.destination);
  serverMetadataPermit(input.metadata, (await quotaLimitsOfCaller(ctx)).metadata_items);
  const flavor = await flavorOf(ctx, input.flavorId);
  const image = await imageOf(ctx, input.imageId);
  imageFits(ctx, image, flavor);
  const tpm = tpmConstraintResolve({ flavor, image });
  const keypair = await keypairOf(ctx, input.keyName);
  await injectionPermit(ctx, input.injection);
  const configDrive = configDriveRequired(ctx, input, image);
  const counts = await countsPermitted(ctx, owner, flavor, input.counts);
  const needs = { flavor, image, tpm, count: counts.most };
  const place = await serverPlacing(ctx, { destination, hints: input.hints }, needs);
  const server: Server = {
    ...serverOf(ctx, input, { ...owner, flavor, image: await serverImageOf(ctx, image) }),
    availabilityZone: destination.zone,
    keypair,
    configDrive,
  };
  const imageTpm = tpm && (await imageTpmFor(ctx, image.id, tpm));
  const drafts: ServerDraft[] = [];
  for (let count = 0; count < counts.most; count += 1) {
    const [serverId, sagaId] = [newUuid(), newUuid<SagaId>()];
    drafts.push({
      server: { ...server, id: serverId },
      sagaId,
      injected: configDrive ? await injectionSeal(ctx, serverId, { sagaId, ...input }) : undefined,
      // Its passphrase, which the caller must be allowed to read: before anything exists.
      source: imageTpm && { imageId: image.id, sealedBox: await imageTpmRead(ctx, imageTpm, sagaId) },
    });
  }
  const { least } = counts;
  return serversAccept(ctx, drafts, { owner, flavor, least, hostname: input.hostname, place, tpm });
}

/** How many are drafted; how many there will be is known when they are inserted. */
async function countsPermitted(
  ctx: ComputeCtx,
  owner: Pick<Server, "projectId" | "userId">,
  flavor: Flavor,
  { least, most }: ServerCounts,
): Promise<ServerCounts> {
  if (least > mostServers)
    throw new CloudError(
      "invalid",
      `A request makes ${mostServers} servers at the most: min_count is ${least}.`,
    );
  const counts = { least, most: Math.min(most, mostServers) };
  if (counts.most === 1) return counts;
  return { least, most: await serverCountPermit(ctx.deps.database.db, owner, flavor, counts) };
}

async function imageTpmFor(ctx: ComputeCtx, imageId: string, { version }: TpmConstraint) {
  const tpm = await imageTpmOf(ctx, imageId);
  if (!tpm || tpm.version === version) return tpm;
  throw new CloudError(
    "invalid",
    `Image ${imageId} carries a TPM ${tpm.version}, and the server is to have a TPM ${version}.`,
  );
}

async function keypairOf(ctx: ComputeCtx, name: string | null): Promise<ServerKeypair | undefined> {
  if (name === null) return undefined;
  const keypair = await keypairFind(ctx.deps.database.db, ctx.caller.userId, name);
  if (keypair) return { type: keypair.type, publicKey: keypair.public_key };
  throw new CloudError("invalid", `Invalid key_name provided: there is no keypair ${name}.`);
}

/** Nova: what the body refers to and does not exist is the body's fault, 400. */
async function flavorOf(ctx: ComputeCtx, id: string): Promise<Flavor> {
  try {
    return await flavorFetch(ctx, id);
  } catch (cause) {
    if (isCloudError(cause, "not-found")) {
      throw new CloudError("invalid", `Invalid flavorRef provided: ${cause.message}`, { cause });
    }
    throw cause;
  }
}

function ownerOf({ caller: { projectId, userId } }: ComputeCtx): Pick<Server, "projectId" | "userId"> {
  if (projectId !== undefined) return { projectId, userId };
  throw new CloudError("forbidden", "A server belongs to a project: ask with a token that is scoped to one.");
}

/** What all servers of the request are; their names and ids are their own. */
function serverOf(
  ctx: ComputeCtx,
  input: ServerInput,
  known: Pick<Server, "projectId" | "userId" | "flavor" | "image">,
): Server {
  const now = ctx.clock.now();
  return {
    ...known,
    id: "",
    name: input.name,
    description: input.description,
    hostname: "",
    reservationId: `r-${randomBytes(4).toString("hex")}`,
    tpm: undefined,
    keyName: input.keyName,
    keypair: undefined,
    metadata: input.metadata,
    userData: input.userData,
    configDrive: false,
    accessIPv4: input.accessIPv4,
    accessIPv6: input.accessIPv6,
    diskConfig: input.diskConfig,
    tags: input.tags,
    trustedCertificates: input.trustedCertificates,
    lock: undefined,
    destinationId: undefined,
    vmState: "building",
    taskState: "scheduling",
    powerState: "no-state",
    hostId: undefined,
    fault: undefined,
    createdAt: now,
    updatedAt: now,
    launchedAt: undefined,
  };
}
