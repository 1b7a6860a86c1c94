import { CloudError } from "#base/errors.ts";
import { newUuid, type SagaId } from "#base/ids.ts";
import type { Tx } from "#db/index.ts";
import { serverActionPermit, serverActionRules } from "../domain/server-action.ts";
import type { Server } from "../domain/server.ts";
import { serverShelve as serverShelveSaga } from "../sagas/server-shelve.ts";
import { serverShelveOffload as serverShelveOffloadSaga } from "../sagas/server-shelve-offload.ts";
import { serverUnshelve as serverUnshelveSaga } from "../sagas/server-unshelve.ts";
import { hostList, type Host } from "../store/hosts.ts";
import { serverGroupIdsOf } from "../store/server-groups.ts";
import { serverRename } from "../store/servers.ts";
import { shelvedImageFind } from "../store/shelved-servers.ts";
import type { ComputeCtx } from "./deps.ts";
import { passphraseFor, type PassphraseGrant } from "./passphrase-for.ts";
import { passphraseRead } from "./passphrase.ts";
import { serverFetch, serverLockPermit } from "./server.ts";
import type { Destination } from "./server-destination.ts";
import { serverPlacing } from "./server-placement.ts";
import { serverSagaStart } from "./server-saga.ts";
import { imageDraftOf } from "./server-snapshot.ts";

type ShelveAction = "shelve" | "shelveOffload" | "unshelve";

function permitOf(ctx: ComputeCtx, action: ShelveAction): (server: Server) => true {
  return (server) => {
    serverLockPermit(ctx, server);
    serverActionPermit(server, action);
    return true;
  };
}

/** The server goes off, its disk into an image of the caller's. Never needs the passphrase. */
export async function serverShelve(ctx: ComputeCtx, id: string): Promise<void> {
  const server = await serverFetch(ctx, id, "os_compute_api:os-shelve:shelve");
  const permit = permitOf(ctx, "shelve");
  permit(server);
  const image = imageDraftOf(ctx, server, "snapshot", { name: `${server.name}-shelved`, metadata: {} });
  await serverSagaStart(ctx, serverShelveSaga, {
    sagaId: newUuid<SagaId>(),
    server,
    taskState: serverActionRules.shelve.task,
    action: "shelve",
    event: "compute_shelve_instance",
    params: { imageId: image.id, offload: ctx.deps.shelvedOffloadTimeS === 0 },
    permit,
    sealedBox: undefined,
    also: image.insert,
  });
}

/** A shelved server leaves its host now. */
export async function serverShelveOffload(ctx: ComputeCtx, id: string): Promise<void> {
  const server = await serverFetch(ctx, id, "os_compute_api:os-shelve:shelve_offload");
  const permit = permitOf(ctx, "shelveOffload");
  permit(server);
  await serverSagaStart(ctx, serverShelveOffloadSaga, {
    sagaId: newUuid<SagaId>(),
    server,
    taskState: serverActionRules.shelveOffload.task,
    action: "shelveOffload",
    event: "compute_shelve_offload_instance",
    params: {},
    permit,
    sealedBox: undefined,
  });
}

/** Where an unshelve is to go; undefined: nothing is said about it, null: any zone. */
export interface UnshelveInput {
  readonly zone?: string | null | undefined;
  readonly host?: string | undefined;
}

/**
 * Back on a host. Throws `forbidden` for who may not read the passphrase of its TPM or choose the host, `conflict` when the image
 * that it was shelved in is gone; Nova accepts that and the server ends in ERROR.
 */
export async function serverUnshelve(ctx: ComputeCtx, id: string, input: UnshelveInput): Promise<void> {
  const server = await serverFetch(ctx, id, "os_compute_api:os-shelve:unshelve");
  const permit = permitOf(ctx, "unshelve");
  permit(server);
  const destination = await destinationOf(ctx, server, input);
  const image = await shelvedImageFind(ctx.deps.database.db, id);
  if (image === undefined || !(await ctx.deps.image.keeper.find(image.imageId))) {
    const reason = `Unshelve attempted but the image ${image?.imageId ?? ""} cannot be found.`;
    throw new CloudError("conflict", `Error during unshelve instance ${id}: ${reason}`);
  }
  const sagaId = newUuid<SagaId>();
  const sealed = server.tpm && (await passphraseOf(ctx, server, sagaId));
  const place = await placingOf(ctx, server, destination);
  const params = { imageId: image.imageId, offloaded: server.vmState === "shelved_offloaded" };
  await serverSagaStart(ctx, serverUnshelveSaga, {
    sagaId,
    server,
    taskState: serverActionRules.unshelve.task,
    action: "unshelve",
    event: "compute_unshelve_instance",
    params,
    also: async (tx, current) => {
      if (current.availabilityZone !== destination.zone)
        await serverRename(tx, { ...current, availabilityZone: destination.zone }, ctx.clock.now());
      const destinationId = await place(tx);
      return destinationId === undefined ? {} : { destinationId };
    },
    permit(current) {
      // Another request offloaded it meanwhile: it is asked for again.
      if (current.vmState !== server.vmState)
        throw new CloudError("conflict", `Instance ${id} has become ${current.vmState} meanwhile.`);
      return permit(current);
    },
    sealedBox: sealed?.sealedBox,
  });
}

/** A host that it has left keeps no passphrase of it, whatever its mode. */
async function passphraseOf(
  ctx: ComputeCtx,
  server: Server,
  sagaId: SagaId,
): Promise<Pick<PassphraseGrant, "sealedBox">> {
  const need = { sagaId, operation: "unshelve" };
  return server.hostId === undefined ? passphraseRead(ctx, server, need) : passphraseFor(ctx, server, need);
}

/** nova.compute.api.API.unshelve: what of zone and host is permitted when. The zone is the server's own unless another is said. */
async function destinationOf(ctx: ComputeCtx, server: Server, input: UnshelveInput): Promise<Destination> {
  const { host } = input;
  const zone = input.zone === undefined ? server.availabilityZone : (input.zone ?? undefined);
  if ((input.zone !== undefined || host !== undefined) && server.vmState !== "shelved_offloaded") {
    throw new CloudError(
      "conflict",
      `Specifying an availability zone or a host when unshelving server '${server.id}' with status '${server.vmState}' is not supported, ` +
        "the server status must be SHELVED_OFFLOADED.",
    );
  }
  const hosts = await hostList(ctx.deps.database.db);
  const inZone = (each: Host): boolean => zone === undefined || each.zone === zone;
  if (typeof input.zone === "string" && hosts.filter(inZone).every(({ disabled }) => disabled))
    throw new CloudError("invalid", "The requested availability zone is not available");
  if (host === undefined) return { hostId: undefined, zone };
  ctx.enforce("os_compute_api:os-shelve:unshelve_to_host", {
    project_id: server.projectId,
    user_id: server.userId,
  });
  const found = hosts.find(({ hostname }) => hostname === host);
  if (!found) throw new CloudError("invalid", `Compute host ${host} could not be found.`);
  if (inZone(found)) return { hostId: found.id, zone };
  throw new CloudError("conflict", `Host "${host}" is not in the availability zone "${zone}".`);
}

/** A server that stays on its host needs no other; one that comes back keeps to its server group. */
async function placingOf(
  ctx: ComputeCtx,
  server: Server,
  destination: Destination,
): Promise<(tx: Tx) => Promise<string | undefined>> {
  const { hostId } = server;
  if (hostId !== undefined) return () => Promise.resolve(hostId);
  const [group] = await serverGroupIdsOf(ctx.deps.database.db, server.id);
  const hints = { group, sameHost: undefined, differentHost: [], isMember: true };
  const place = await serverPlacing(ctx, { destination, hints }, server);
  return (tx) => place(tx, server.id);
}
