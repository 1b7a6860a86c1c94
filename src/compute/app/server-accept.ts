/** The last part of making servers: their passphrases, then all their rows in one transaction, or nothing of either. */
import type { SagaId } from "#base/ids.ts";
import type { Tx } from "#db/index.ts";
import { sagaStart } from "#saga/index.ts";
import type { TpmConstraint } from "#vtpm/index.ts";
import type { Server } from "../domain/server.ts";
import { serverNames } from "../domain/server-names.ts";
import { serverCreate as serverCreateSaga } from "../sagas/server-create.ts";
import { serverActionInsert } from "../store/server-actions.ts";
import { serverInsert } from "../store/servers.ts";
import { serverUsageInsert } from "../store/server-usages.ts";
import type { ComputeCtx } from "./deps.ts";
import { withNewPassphrases, type NewPassphrase } from "./passphrase-new.ts";
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

type Order = ServerDraft &
  Partial<Pick<NewPassphrase, "fulfil">> & { readonly sealedBox: Uint8Array | undefined };

async function acceptWithTpms(
  ctx: ComputeCtx,
  drafts: readonly ServerDraft[],
  how: Acceptance & { readonly tpm: TpmConstraint },
): Promise<Accepted> {
  const { tpm } = how;
  const wanted = drafts.map(({ server, sagaId }) => ({
    server: { ...server, tpm },
    use: { sagaId, operation: "create" },
  }));
  const orderOf = (draft: ServerDraft, { secretId, sealedBox, fulfil }: NewPassphrase): Order => {
    const { server, source } = draft;
    const copied = source === undefined ? {} : { copiedFrom: source.imageId };
    return {
      ...draft,
      server: { ...server, tpm: { ...tpm, secretId, ...copied } },
      sealedBox: source ? sealedBoxesJoin([sealedBox, source.sealedBox]) : sealedBox,
      fulfil,
    };
  };
  return withNewPassphrases(
    ctx,
    wanted,
    (made) =>
      insertAll(
        ctx,
        drafts.flatMap((draft, index) => {
          const one = made[index];
          return one === undefined ? [] : [orderOf(draft, one)];
        }),
        how,
      ),
    // Another request may have taken some of the quota meanwhile.
    (servers) => servers.length,
  );
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
  await order.fulfil?.(tx);
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
