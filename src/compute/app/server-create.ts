import { randomBytes } from "node:crypto";
import { CloudError, isCloudError } from "#base/errors.ts";
import { newUuid, type SagaId } from "#base/ids.ts";
import { isoSeconds } from "#base/clock.ts";
import type { ConfigDriveInjection } from "#bus/index.ts";
import { sagaStart } from "#saga/index.ts";
import { tpmConstraintResolve, type TpmConstraint } from "#vtpm/index.ts";
import type { Server, ServerImage, ServerKeypair } from "../domain/server.ts";
import { serverCreate as serverCreateSaga } from "../sagas/server-create.ts";
import type { Flavor } from "../store/flavors.ts";
import { keypairFind } from "../store/keypairs.ts";
import { serverActionInsert } from "../store/server-actions.ts";
import { serverInsert } from "../store/servers.ts";
import { serverUsageInsert } from "../store/server-usages.ts";
import { quotaCheck, quotaLimitsOfCaller, serverMetadataPermit } from "./quota.ts";
import { configDriveRequired, injectionPermit, injectionSeal } from "./config-drive.ts";
import type { ComputeCtx } from "./deps.ts";
import { flavorFetch } from "./flavor.ts";
import { destinationResolve, type DestinationInput } from "./server-destination.ts";
import { imageTpmOf, imageTpmRead } from "./image-tpm.ts";
import { sealedBoxesJoin } from "./sealed-boxes.ts";
import { imageFits, imageOf, serverImageOf } from "./server-image.ts";
import { serverPlacing, type HintsInput, type ServerPlacing } from "./server-placement.ts";
import { withNewPassphrase, type NewPassphrase } from "./passphrase-new.ts";

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
}

/**
 * Accepts a server or refuses it, before anything exists; the saga makes it. A contradiction between flavor
 * and image is `invalid` here, where Nova answers 202 and then ends in ERROR.
 */
export async function serverCreate(ctx: ComputeCtx, input: ServerInput): Promise<Server> {
  ctx.deps.orphansSweep(ctx);
  const destination = await destinationResolve(ctx, input.destination);
  serverMetadataPermit(input.metadata, (await quotaLimitsOfCaller(ctx)).metadata_items);
  const flavor = await flavorOf(ctx, input.flavorId);
  const image = await imageOf(ctx, input.imageId);
  imageFits(ctx, image, flavor);
  const tpm = tpmConstraintResolve({ flavor, image });
  const keypair = await keypairOf(ctx, input.keyName);
  await injectionPermit(ctx, input.injection);
  const configDrive = configDriveRequired(ctx, input.configDrive, image);
  if (!configDrive && input.injection.files.length > 0)
    throw new CloudError("invalid", "Files reach a server on its config drive alone: ask for config_drive.");
  const place = await serverPlacing(ctx, { destination, hints: input.hints }, { flavor, tpm });
  const draft = newServer(ctx, input, flavor, await serverImageOf(ctx, image));
  const server: Server = { ...draft, keypair, configDrive };
  const sagaId = newUuid<SagaId>();
  const injected = configDrive ? await injectionSeal(ctx, server.id, { sagaId, ...input }) : undefined;
  if (!tpm) {
    return insert(ctx, server, { sagaId, place, injected, sealedBox: undefined });
  }
  const source = await sourceOf(ctx, image.id, tpm, sagaId);
  return createWithTpm(ctx, server, { sagaId, place, injected, tpm, source });
}

/** The image's TPM, whose passphrase the caller must be allowed to read: before anything exists. */
async function sourceOf(
  ctx: ComputeCtx,
  imageId: string,
  { version }: TpmConstraint,
  sagaId: SagaId,
): Promise<Source | undefined> {
  const tpm = await imageTpmOf(ctx, imageId);
  if (!tpm) return undefined;
  if (tpm.version !== version) {
    throw new CloudError(
      "invalid",
      `Image ${imageId} carries a TPM ${tpm.version}, and the server is to have a TPM ${version}.`,
    );
  }
  return { imageId, sealedBox: await imageTpmRead(ctx, tpm, sagaId) };
}

async function keypairOf(ctx: ComputeCtx, name: string | null): Promise<ServerKeypair | undefined> {
  if (name === null) return undefined;
  const keypair = await keypairFind(ctx.deps.database.db, ctx.caller.userId, name);
  if (keypair) return { type: keypair.type, publicKey: keypair.public_key };
  throw new CloudError("invalid", `Invalid key_name provided: there is no keypair ${name}.`);
}

interface Beginning {
  readonly sagaId: SagaId;
  readonly place: ServerPlacing;
  readonly injected: string | undefined;
}

interface Source {
  readonly imageId: string;
  readonly sealedBox: Uint8Array;
}

function createWithTpm(
  ctx: ComputeCtx,
  draft: Server,
  how: Beginning & { readonly tpm: TpmConstraint; readonly source: Source | undefined },
): Promise<Server> {
  const { tpm, source, ...beginning } = how;
  const use = { sagaId: how.sagaId, operation: "create" };
  return withNewPassphrase(ctx, { ...draft, tpm }, use, ({ secretId, sealedBox, fulfil }) => {
    const copied = source === undefined ? {} : { copiedFrom: source.imageId };
    const server: Server = { ...draft, tpm: { ...tpm, secretId, ...copied } };
    const boxes = source ? sealedBoxesJoin([sealedBox, source.sealedBox]) : sealedBox;
    return insert(ctx, server, { ...beginning, sealedBox: boxes, fulfil });
  });
}

async function insert(
  ctx: ComputeCtx,
  draft: Server,
  how: Beginning & { readonly sealedBox: Uint8Array | undefined } & Partial<Pick<NewPassphrase, "fulfil">>,
): Promise<Server> {
  const { sagaId, place, injected, sealedBox } = how;
  const inserted = await ctx.deps.database.transaction(async (tx) => {
    const server = { ...draft, destinationId: await place(tx, draft.id) };
    // With the insert, so that two requests cannot both take the last place.
    await quotaCheck(tx, server, {
      instances: 1,
      cores: server.flavor.vcpus,
      ram: server.flavor.memoryMiB,
    });
    await serverInsert(tx, server);
    await serverUsageInsert(tx, server);
    await how.fulfil?.(tx);
    await serverActionInsert(tx, {
      request_id: ctx.requestId,
      server_id: server.id,
      action: "create",
      event: "compute__do_build_and_run_instance",
      project_id: server.projectId,
      user_id: server.userId,
      caller_project_id: ctx.caller.projectId ?? null,
      host_id: null,
      message: null,
      details: null,
      result: null,
      started_at: server.createdAt,
      finished_at: null,
    });
    await sagaStart(tx, serverCreateSaga, {
      id: sagaId,
      params: {
        serverId: server.id,
        requestId: ctx.requestId,
        ...(injected === undefined ? {} : { injected }),
      },
      resource: server.id,
      sealedBox,
      requestId: ctx.requestId,
    });
    return server;
  });
  ctx.deps.executor.nudge(sagaId);
  return inserted;
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

function newServer(ctx: ComputeCtx, input: ServerInput, flavor: Flavor, image: ServerImage): Server {
  const { projectId, userId } = ctx.caller;
  if (projectId === undefined) {
    throw new CloudError(
      "forbidden",
      "A server belongs to a project: ask with a token that is scoped to one.",
    );
  }
  const now = ctx.clock.now();
  return {
    id: newUuid(),
    projectId,
    userId,
    name: input.name,
    description: input.description,
    hostname: input.hostname ?? hostnameOf(input.name, now),
    reservationId: `r-${randomBytes(4).toString("hex")}`,
    image,
    flavor,
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

/** nova.utils.sanitize_hostname */
function hostnameOf(name: string, now: number): string {
  const clean = name
    .toLowerCase()
    .replaceAll(/[ _.]/g, "-")
    .replaceAll(/[^a-z0-9-]/g, "")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 63);
  return clean === "" ? `server-${isoSeconds(now).replaceAll(/\D/g, "")}` : clean;
}
