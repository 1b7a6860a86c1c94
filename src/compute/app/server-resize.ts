import { CloudError, isCloudError } from "#base/errors.ts";
import { newUuid, type SagaId } from "#base/ids.ts";
import type { Tx } from "#db/index.ts";
import { tpmConstraintResolve } from "#vtpm/index.ts";
import { resizeHeld, resizeTpmDecide, type ResizeTpm } from "../domain/server-resize.ts";
import { serverStatePermit } from "../domain/server-action.ts";
import type { Server, ServerFlavor, ServerTpm } from "../domain/server.ts";
import { serverResize as serverResizeSaga } from "../sagas/server-resize.ts";
import type { Flavor } from "../store/flavors.ts";
import { hostFind } from "../store/hosts.ts";
import { serverHeldSet } from "../store/server-flavor.ts";
import { serverMigrationFindOpen, serverMigrationInsert } from "../store/server-migrations.ts";
import { serverRename } from "../store/servers.ts";
import type { ComputeCtx } from "./deps.ts";
import { flavorFetch } from "./flavor.ts";
import { hostIsUp } from "./host.ts";
import { passphraseFor, type PassphraseGrant } from "./passphrase-for.ts";
import { newPassphrasePermit, withNewPassphrase, type NewPassphrase } from "./passphrase-new.ts";
import { quotaCheck } from "./quota.ts";
import { sealedBoxesJoin } from "./sealed-boxes.ts";
import { imageFits } from "./server-image.ts";
import { serverSagaStart } from "./server-saga.ts";
import { serverFetch, serverLockPermit } from "./server.ts";

export interface ResizeInput {
  readonly flavorId: string;
  readonly diskConfig: Server["diskConfig"] | undefined;
  /** The flavor's TPM instead of the one that the server has. */
  readonly replaceTpm: boolean;
}

const rule = { nova: "resize", from: ["active", "stopped"] } as const;

function permit(ctx: ComputeCtx, server: Server): void {
  serverLockPermit(ctx, server);
  serverStatePermit(server, rule);
}

/** Begins a resize on the same host (nova.compute.api.API.resize). Whatever can be known to fail is refused here. */
export async function serverResize(ctx: ComputeCtx, id: string, input: ResizeInput): Promise<void> {
  const server = await serverFetch(ctx, id, "os_compute_api:servers:resize");
  permit(ctx, server);
  await hostUpRequire(ctx, server);
  const flavor = await newFlavorOf(ctx, server, input.flavorId);
  const wanted = tpmConstraintResolve({
    flavor,
    image: { name: server.image.id, properties: server.image.properties },
  });
  const plan = resizeTpmDecide(server.tpm, wanted, { replace: input.replaceTpm });
  const isNew = plan === "added" || plan === "replaced";
  if (isNew && wanted) newPassphrasePermit(ctx, server, wanted);
  const sagaId = newUuid<SagaId>();
  // A server that runs is started again, whatever becomes of the resize: with the passphrase that it has.
  const old =
    server.tpm && server.vmState === "active"
      ? await passphraseFor(ctx, server, { sagaId, operation: rule.nova })
      : undefined;
  const begin = (made: NewPassphrase | undefined): Promise<void> =>
    resizeBegin(ctx, server, {
      ...input,
      flavor,
      tpm: tpmOf(plan, server, wanted, made),
      sagaId,
      boxes: [old, made],
      fulfil: made?.fulfil,
    });
  if (isNew)
    await withNewPassphrase(ctx, { ...server, tpm: wanted }, { sagaId, operation: rule.nova }, begin);
  else await begin(undefined);
}

async function hostUpRequire(ctx: ComputeCtx, server: Server): Promise<void> {
  const host = server.hostId === undefined ? undefined : await hostFind(ctx.deps.database.db, server.hostId);
  if (host && hostIsUp(host, ctx.clock.now())) return;
  throw new CloudError("conflict", "Service is unavailable at this time.");
}

/** Throws `invalid` for a flavor that there is not, that is the server's own, or that the server's disk or image does not fit. */
async function newFlavorOf(ctx: ComputeCtx, server: Server, flavorId: string): Promise<Flavor> {
  const flavor = await flavorFetch(ctx, flavorId).catch((cause: unknown) => {
    if (!isCloudError(cause, "not-found")) throw cause;
    throw new CloudError("invalid", cause.message, { cause });
  });
  const unable = (reason: string): CloudError =>
    new CloudError("invalid", `Server disk was unable to be resized because: ${reason}`);
  const { rootGiB, ephemeralGiB } = server.flavor;
  if (flavor.rootGiB === 0 && rootGiB !== 0) throw unable("Resize to zero disk flavor is not allowed.");
  if (flavor.id === server.flavor.id)
    throw new CloudError("invalid", "When resizing, instances must change flavor!");
  if (flavor.rootGiB < rootGiB || flavor.ephemeralGiB < ephemeralGiB) {
    throw unable(
      `Unable to resize disk down: the server has ${rootGiB} GiB and ${ephemeralGiB} GiB ephemeral, ` +
        `flavor ${flavor.name} ${flavor.rootGiB} GiB and ${flavor.ephemeralGiB} GiB.`,
    );
  }
  await imageStillFits(ctx, server, flavor);
  return flavor;
}

/** An image that is gone, or that the caller no longer sees, says nothing any more. */
async function imageStillFits(ctx: ComputeCtx, server: Server, flavor: Flavor): Promise<void> {
  try {
    imageFits(ctx, await ctx.deps.image.imageFetch(ctx.caller, server.image.id), flavor);
  } catch (error) {
    if (!isCloudError(error, "not-found")) throw error;
  }
}

function tpmOf(
  plan: ResizeTpm,
  server: Server,
  wanted: ReturnType<typeof tpmConstraintResolve>,
  made: NewPassphrase | undefined,
): ServerTpm | undefined {
  const secretId = plan === "kept" ? server.tpm?.secretId : made?.secretId;
  return wanted && secretId !== undefined ? { ...wanted, secretId } : undefined;
}

interface Resize extends ResizeInput {
  readonly flavor: Flavor;
  readonly tpm: ServerTpm | undefined;
  readonly sagaId: SagaId;
  readonly boxes: readonly (PassphraseGrant | undefined)[];
  readonly fulfil: NewPassphrase["fulfil"] | undefined;
}

async function resizeBegin(ctx: ComputeCtx, server: Server, resize: Resize): Promise<void> {
  await serverSagaStart(ctx, serverResizeSaga, {
    sagaId: resize.sagaId,
    server,
    taskState: "resize_prep",
    action: rule.nova,
    event: "compute_prep_resize",
    params: { migrationId: 0 },
    permit(current) {
      permit(ctx, current);
      // Read before: a TPM that another resize changed since needs another passphrase.
      if (current.flavor.id !== server.flavor.id || current.tpm?.secretId !== server.tpm?.secretId)
        throw new CloudError("conflict", `Instance ${server.id} was changed meanwhile. Ask again.`);
      return true;
    },
    sealedBox: sealedBoxesJoin(resize.boxes.map((each) => each?.sealedBox)),
    also: async (tx, current) => ({ migrationId: await migrationBegin(ctx, tx, current, resize) }),
  });
}

async function migrationBegin(ctx: ComputeCtx, tx: Tx, current: Server, resize: Resize): Promise<number> {
  const now = ctx.clock.now();
  const { id: serverId, hostId = "", flavor: before } = current;
  if (await serverMigrationFindOpen(tx, serverId)) {
    throw new CloudError(
      "conflict",
      `Instance ${serverId} has a resize that is neither confirmed nor reverted. Do one of them first.`,
    );
  }
  const flavor = serverFlavorOf(resize.flavor);
  await quotaOfGrowth(tx, current, flavor);
  if (resize.diskConfig !== undefined)
    await serverRename(tx, { ...current, diskConfig: resize.diskConfig }, now);
  await serverHeldSet(tx, serverId, resizeHeld(before, flavor), now);
  await resize.fulfil?.(tx);
  const { vmState, tpm } = current;
  return serverMigrationInsert(tx, {
    uuid: newUuid(),
    serverId,
    projectId: current.projectId,
    userId: ctx.caller.userId,
    type: "resize",
    status: "pre-migrating",
    sourceHostId: hostId,
    destHostId: hostId,
    old: { flavor: before, tpm, vmState },
    new: { flavor, tpm: resize.tpm },
    createdAt: now,
  });
}

/** In the transaction that takes it, so that two requests cannot both have the last of it (nova: _check_quota_for_upsize). */
async function quotaOfGrowth(tx: Tx, server: Server, flavor: ServerFlavor): Promise<void> {
  const cores = flavor.vcpus - server.flavor.vcpus;
  const ram = flavor.memoryMiB - server.flavor.memoryMiB;
  const wanted = { ...(cores > 0 ? { cores } : {}), ...(ram > 0 ? { ram } : {}) };
  if (cores > 0 || ram > 0) await quotaCheck(tx, server, wanted);
}

/** The flavor as it is now: later changes of it do not touch the server. */
function serverFlavorOf(flavor: Flavor): ServerFlavor {
  const { id, name, vcpus, memoryMiB, rootGiB, ephemeralGiB, swapMiB, extraSpecs } = flavor;
  return { id, name, vcpus, memoryMiB, rootGiB, ephemeralGiB, swapMiB, extraSpecs };
}
