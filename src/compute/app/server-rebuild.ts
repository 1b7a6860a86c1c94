import { CloudError, isCloudError } from "#base/errors.ts";
import { newUuid, type SagaId } from "#base/ids.ts";
import type { ConfigDriveInjection } from "#bus/index.ts";
import type { ImageFacts } from "#image/index.ts";
import { serverStatePermit } from "../domain/server-action.ts";
import { rebuildRule, rebuildTpmPermit } from "../domain/server-rebuild.ts";
import { rebuiltFieldsOf, type RebuiltFields, type Server } from "../domain/server.ts";
import { serverRebuild as serverRebuildSaga } from "../sagas/server-rebuild.ts";
import { keypairFind } from "../store/keypairs.ts";
import { rebuildInsert } from "../store/rebuilds.ts";
import { serverFind, serverRename } from "../store/servers.ts";
import { configDriveDemanded, injectionPermit, injectionSeal } from "./config-drive.ts";
import type { ComputeCtx } from "./deps.ts";
import { passphraseFor, type PassphraseGrant } from "./passphrase-for.ts";
import { passphraseRead, type SealedPassphrase } from "./passphrase.ts";
import { quotaLimitsOfCaller, serverMetadataPermit } from "./quota.ts";
import { sealedBoxesJoin } from "./sealed-boxes.ts";
import { imageFits, imageOf, serverImageOf } from "./server-image.ts";
import { newPassphrasePermit, withNewPassphrase, type NewPassphrase } from "./passphrase-new.ts";
import { serverSagaStart } from "./server-saga.ts";
import { serverFetch, serverLockPermit } from "./server.ts";

export interface RebuildInput {
  readonly imageId: string;
  /** What is not there stays as it is. */
  readonly changes: Partial<Omit<RebuiltFields, "image" | "tpm" | "keypair" | "configDrive">>;
  /** The ephemeral disk stays as it is. */
  readonly preserveEphemeral: boolean;
  /** A TPM with a new identity; otherwise the server keeps the one that it has. */
  readonly replaceTpm: boolean;
  /** What goes on the config drive and is kept nowhere. */
  readonly injection: ConfigDriveInjection;
}

type Changes = Partial<Omit<RebuiltFields, "tpm">>;

const operation = "rebuild";

/**
 * Begins to make the server anew from an image; answers what it will be. All that can be refused is refused before anything
 * changes: an image that does not fit, another TPM, a passphrase that the caller may not read.
 */
export async function serverRebuild(ctx: ComputeCtx, id: string, input: RebuildInput): Promise<Server> {
  const server = await serverFetch(ctx, id, "os_compute_api:servers:rebuild");
  const target = { project_id: server.projectId, user_id: server.userId };
  if (input.changes.trustedCertificates !== undefined)
    ctx.enforce("os_compute_api:servers:rebuild:trusted_certs", target);
  permit(ctx, server);
  const keypair = await keypairOf(ctx, input.changes.keyName);
  await injectionPermit(ctx, input.injection);
  const { metadata } = input.changes;
  if (metadata) serverMetadataPermit(metadata, (await quotaLimitsOfCaller(ctx)).metadata_items);
  const image = await rebuildImageOf(ctx, input.imageId);
  imageFits(ctx, image, server.flavor);
  rebuildTpmPermit(server, image);
  const files = input.injection.files.length > 0;
  const configDrive = server.configDrive || files || configDriveDemanded(image);
  const sagaId = newUuid<SagaId>();
  const changes = { ...input.changes, ...keypair, configDrive, image: await serverImageOf(ctx, image) };
  const { preserveEphemeral } = input;
  const injected = configDrive ? await injectionSeal(ctx, server.id, { sagaId, ...input }) : undefined;
  if (input.replaceTpm) return withNewTpm(ctx, server, { sagaId, changes, injected, preserveEphemeral });
  const need = { sagaId, operation };
  const sealed = server.tpm && (await passphraseFor(ctx, server, need));
  return begin(ctx, server, {
    sagaId,
    changes,
    injected,
    preserveEphemeral,
    tpm: server.tpm,
    boxes: [sealed],
  });
}

/**
 * The old passphrase is used when the caller may read it, to start the old server again should the rebuild fail; without it that
 * one is left off, with its TPM.
 */
async function withNewTpm(
  ctx: ComputeCtx,
  server: Server,
  how: {
    readonly sagaId: SagaId;
    readonly changes: Changes;
    readonly injected: string | undefined;
    readonly preserveEphemeral: boolean;
  },
): Promise<Server> {
  const { tpm } = server;
  if (tpm === undefined)
    throw new CloudError("invalid", `Server ${server.id} has no TPM that could be replaced.`);
  newPassphrasePermit(ctx, server, tpm);
  const use = { sagaId: how.sagaId, operation };
  const old = await oldPassphrase(ctx, server, use);
  return withNewPassphrase(ctx, server, { ...use, operation }, (made) =>
    begin(ctx, server, {
      ...how,
      tpm: { ...tpm, secretId: made.secretId, copiedFrom: undefined },
      boxes: [old, made],
      fulfil: made.fulfil,
    }),
  );
}

/** Undefined for who may not read it, and when it is gone: a replacement is what helps then. */
async function oldPassphrase(
  ctx: ComputeCtx,
  server: Server,
  use: { readonly sagaId: SagaId; readonly operation: string },
): Promise<SealedPassphrase | undefined> {
  try {
    return await passphraseRead(ctx, server, use);
  } catch (error) {
    if (isCloudError(error, "forbidden", "conflict")) return undefined;
    throw error;
  }
}

function permit(ctx: ComputeCtx, server: Server): void {
  serverLockPermit(ctx, server);
  serverStatePermit(server, rebuildRule);
}

/** Of the caller: users own key pairs, projects own servers. */
async function keypairOf(
  ctx: ComputeCtx,
  name: string | null | undefined,
): Promise<Pick<Server, "keypair"> | undefined> {
  if (name === undefined) return undefined;
  if (name === null) return { keypair: undefined };
  const found = await keypairFind(ctx.deps.database.db, ctx.caller.userId, name);
  if (found) return { keypair: { type: found.type, publicKey: found.public_key } };
  throw new CloudError("invalid", "Invalid key_name provided.");
}

async function rebuildImageOf(ctx: ComputeCtx, id: string): Promise<ImageFacts> {
  try {
    return await imageOf(ctx, id);
  } catch (cause) {
    if (isCloudError(cause, "invalid") && isCloudError(cause.cause, "not-found"))
      throw new CloudError("invalid", "Cannot find image for rebuild", { cause });
    throw cause;
  }
}

async function begin(
  ctx: ComputeCtx,
  server: Server,
  how: {
    readonly sagaId: SagaId;
    readonly changes: Changes;
    readonly injected: string | undefined;
    readonly preserveEphemeral: boolean;
    readonly tpm: Server["tpm"];
    readonly boxes: readonly (PassphraseGrant | undefined)[];
    readonly fulfil?: NewPassphrase["fulfil"];
  },
): Promise<Server> {
  await serverSagaStart(ctx, serverRebuildSaga, {
    sagaId: how.sagaId,
    server,
    taskState: "rebuilding",
    action: operation,
    event: "compute_rebuild_instance",
    params: {
      preserveEphemeral: how.preserveEphemeral,
      ...(how.injected === undefined ? {} : { injected: how.injected }),
    },
    permit(current) {
      permit(ctx, current);
      if (current.tpm?.secretId === server.tpm?.secretId) return true;
      throw new CloudError("conflict", `Instance ${server.id} was changed meanwhile. Ask again.`);
    },
    sealedBox: sealedBoxesJoin(how.boxes.map((each) => each?.sealedBox)),
    async also(tx, current) {
      const changed = { ...current, ...how.changes };
      const old = { ...rebuiltFieldsOf(current), vmState: current.vmState };
      await rebuildInsert(tx, server.id, { old, new: { ...rebuiltFieldsOf(changed), tpm: how.tpm } });
      await serverRename(tx, changed, ctx.clock.now());
      await how.fulfil?.(tx);
    },
  });
  const begun = await serverFind(ctx.deps.database.db, server.id);
  if (begun) return begun;
  throw new CloudError("not-found", `Instance ${server.id} could not be found.`);
}
