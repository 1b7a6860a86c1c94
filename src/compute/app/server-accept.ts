/** The last part of making servers: their passphrases, then all their rows in one transaction, or nothing of either. */
import type { SagaId, SecretId } from "#base/ids.ts";
import type { Tx } from "#db/index.ts";
import { sagaStart } from "#saga/index.ts";
import type { TpmConstraint } from "#vtpm/index.ts";
import type { Server } from "../domain/server.ts";
import { serverNames } from "../domain/server-names.ts";
import { serverCreate as serverCreateSaga } from "../sagas/server-create.ts";
import { serverActionInsert } from "../store/server-actions.ts";
import { serverInsert } from "../store/servers.ts";
import { serverUsageInsert } from "../store/server-usages.ts";
import { tpmIntentDelete, tpmIntentInsert } from "../store/tpm-intents.ts";
import type { ComputeCtx } from "./deps.ts";
import { intentOf, passphraseDelete, useOfRequest, type PassphraseOwner } from "./passphrase-audit.ts";
import { passphraseCreate, surelyNotStored } from "./passphrase.ts";
import { serverCountPermit } from "./quota.ts";
import { sealedBoxesJoin } from "./sealed-boxes.ts";
import type { ServerPlacing } from "./server-placement.ts";

/** A server that is yet to be accepted; what its place among the others gives it is still open. */
export interface ServerDraft {
  readonly server: Server;
  readonly sagaId: SagaId;
  /** What the request puts on its config drive, sealed. */
  readonly injected: string | undefined;
  /** The image whose TPM it gets a copy of, with that TPM's passphrase. */
  readonly source: { readonly imageId: string; readonly sealedBox: Uint8Array } | undefined;
}

export interface Acceptance {
  readonly owner: Pick<Server, "projectId" | "userId">;
  readonly flavor: Server["flavor"];
  /** Fewer than this are not accepted. */
  readonly least: number;
  /** The one that was asked for. */
  readonly hostname: string | undefined;
  readonly place: ServerPlacing;
  readonly tpm: TpmConstraint | undefined;
}

type Accepted = readonly [Server, ...Server[]];

/** Accepts all drafts, or as many of them, from the first on, as the quota lets be. */
export async function serversAccept(
  ctx: ComputeCtx,
  drafts: readonly ServerDraft[],
  how: Acceptance,
): Promise<Accepted> {
  const { tpm } = how;
  const orders = drafts.map((draft) => ({ ...draft, sealedBox: undefined }));
  return tpm ? acceptWithTpms(ctx, drafts, { ...how, tpm }) : insertAll(ctx, orders, how);
}

type Order = ServerDraft & { readonly sealedBox: Uint8Array | undefined };

/** The passphrases exist before the servers do: intent rows let the reaper find them after a crash between the two. */
async function acceptWithTpms(
  ctx: ComputeCtx,
  drafts: readonly ServerDraft[],
  how: Acceptance & { readonly tpm: TpmConstraint },
): Promise<Accepted> {
  const { tpm } = how;
  const owners = drafts.map(({ server }): PassphraseOwner => ({ ...server, tpm }));
  await intentsChange(ctx, owners, (tx, owner) => tpmIntentInsert(tx, intentOf(ctx, owner), ctx.clock.now()));
  const stored = new Map<string, SecretId>();
  const orders: Order[] = [];
  try {
    for (const draft of drafts) {
      const { server, source } = draft;
      const made = await passphraseCreate(ctx, { ...server, tpm }, draft.sagaId);
      stored.set(server.id, made.secretId);
      const copied = source === undefined ? {} : { copiedFrom: source.imageId };
      orders.push({
        ...draft,
        server: { ...server, tpm: { ...tpm, secretId: made.secretId, ...copied } },
        sealedBox: source ? sealedBoxesJoin([made.sealedBox, source.sealedBox]) : made.sealedBox,
      });
    }
    const servers = await insertAll(ctx, orders, how);
    // Another request took some of the quota meanwhile.
    await passphrasesForget(ctx, owners.slice(servers.length), stored);
    return servers;
  } catch (error) {
    const unstored = owners.slice(stored.size);
    // The one that was being stored may exist all the same: its intent stays, and the reaper finds it by name.
    const known = surelyNotStored(error) ? unstored : unstored.slice(1);
    await intentsChange(ctx, known, (tx, { id }) => tpmIntentDelete(tx, id));
    await passphrasesForget(ctx, owners, stored);
    throw error;
  }
}

async function intentsChange(
  ctx: ComputeCtx,
  owners: readonly PassphraseOwner[],
  change: (tx: Tx, owner: PassphraseOwner) => Promise<void>,
): Promise<void> {
  if (owners.length === 0) return;
  await ctx.deps.database.transaction(async (tx) => {
    for (const owner of owners) await change(tx, owner);
  });
}

/** Of servers that will not be. What cannot be cleaned up now is left to the reaper; the caller learns of the first error. */
async function passphrasesForget(
  ctx: ComputeCtx,
  owners: readonly PassphraseOwner[],
  stored: ReadonlyMap<string, SecretId>,
): Promise<void> {
  for (const owner of owners) {
    const secretId = stored.get(owner.id);
    if (secretId === undefined) continue;
    try {
      await passphraseDelete(ctx.deps, secretId, useOfRequest(ctx, owner, "create"), ctx.caller.token);
      await ctx.deps.database.transaction((tx) => tpmIntentDelete(tx, owner.id));
    } catch (error) {
      ctx.log.warn(
        { serverId: owner.id, secretId, error: String(error) },
        "the passphrase of a refused server is left to the reaper",
      );
    }
  }
}

async function insertAll(ctx: ComputeCtx, orders: readonly Order[], how: Acceptance): Promise<Accepted> {
  const servers = await ctx.deps.database.transaction(async (tx) => {
    const counts = { least: how.least, most: orders.length };
    // With the inserts, so that two requests cannot both take the last place.
    const count = await serverCountPermit(tx, how.owner, how.flavor, counts);
    const accepted: Server[] = [];
    for (const [index, order] of orders.slice(0, count).entries()) {
      const names = serverNames(order.server, { index, count }, how.hostname);
      const earlier = accepted.map(({ destinationId }) => destinationId);
      const destinationId = await how.place(tx, order.server.id, earlier);
      const server = { ...order.server, ...names, launchIndex: index, destinationId };
      await insert(tx, ctx, { ...order, server });
      accepted.push(server);
    }
    return accepted;
  });
  for (const { sagaId } of orders.slice(0, servers.length)) ctx.deps.executor.nudge(sagaId);
  // `least` is one or more.
  return servers as [Server, ...Server[]];
}

async function insert(tx: Tx, ctx: ComputeCtx, order: Order): Promise<void> {
  const { server, sagaId, injected, sealedBox } = order;
  await serverInsert(tx, server);
  await serverUsageInsert(tx, server);
  await tpmIntentDelete(tx, server.id);
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
}
