import { CloudError } from "#base/errors.ts";
import { serverStatePermit } from "../domain/server-action.ts";
import type { Server, VmState } from "../domain/server.ts";
import { hostFind, hostList } from "../store/hosts.ts";
import { serverActionInsert } from "../store/server-actions.ts";
import type { ComputeCtx } from "./deps.ts";
import { hostIsUp } from "./host.ts";
import { serverFetch, serverLockPermit } from "./server.ts";

/** Throws what the operation answers of a server that may have it in this state, or what keeps the caller from it. */
export async function serverRefuse(
  ctx: ComputeCtx,
  id: string,
  rule: string,
  refusal: {
    readonly state?: { readonly nova: string; readonly from: readonly VmState[] };
    readonly error: (server: Server) => CloudError;
  },
): Promise<never> {
  const server = await serverFetch(ctx, id, rule);
  if (refusal.state) {
    serverLockPermit(ctx, server);
    serverStatePermit(server, refusal.state);
  }
  throw refusal.error(server);
}

interface Move {
  /** In messages and in the list of actions. */
  readonly nova: string;
  readonly event: string;
  readonly from: readonly VmState[];
  readonly rule: string;
  readonly host: string | undefined;
}

const noOtherHost = "No valid host was found. There are not enough hosts available.";

/** Until servers move between hosts: whoever asks learns it from the action, as on a cloud whose only host this is. */
export async function serverMoveRefuse(ctx: ComputeCtx, id: string, move: Move): Promise<void> {
  const server = await moveJudge(ctx, id, move);
  const now = ctx.clock.now();
  await ctx.deps.database.transaction((tx) =>
    serverActionInsert(tx, {
      request_id: ctx.requestId,
      server_id: id,
      action: move.nova,
      event: move.event,
      project_id: server.projectId,
      user_id: ctx.caller.userId,
      caller_project_id: ctx.caller.projectId ?? null,
      host_id: server.hostId ?? null,
      message: "Error",
      details: noOtherHost,
      result: "Error",
      started_at: now,
      finished_at: now,
    }),
  );
}

/** The same, told at once. */
export async function serverMoveRefuseNow(ctx: ComputeCtx, id: string, move: Move): Promise<never> {
  await moveJudge(ctx, id, move);
  throw new CloudError("invalid", noOtherHost);
}

async function moveJudge(ctx: ComputeCtx, id: string, { nova, from, rule, host }: Move): Promise<Server> {
  const server = await serverFetch(ctx, id, rule);
  serverLockPermit(ctx, server);
  serverStatePermit(server, { nova, from });
  if (host === undefined) return server;
  const own = server.hostId === undefined ? undefined : await hostFind(ctx.deps.database.db, server.hostId);
  if (own?.hostname === host)
    throw new CloudError("invalid", "Cannot migrate to the host where the server exists.");
  if (!(await hostList(ctx.deps.database.db)).some(({ hostname }) => hostname === host))
    throw new CloudError("invalid", `Compute host ${host} could not be found.`);
  return server;
}

/** nova.compute.api.API.evacuate: only from a host that is down. */
export async function serverEvacuateRefuse(
  ctx: ComputeCtx,
  id: string,
  host: string | undefined,
): Promise<void> {
  const rule = "os_compute_api:os-evacuate";
  const server = await serverFetch(ctx, id, rule);
  const { db } = ctx.deps.database;
  if (host !== undefined && !(await hostList(db)).some(({ hostname }) => hostname === host))
    throw new CloudError("not-found", `Compute host ${host} not found.`);
  const own = server.hostId === undefined ? undefined : await hostFind(db, server.hostId);
  if (own !== undefined && own.hostname === host)
    throw new CloudError("invalid", "The target host can't be the same one.");
  serverStatePermit(server, { nova: "evacuate", from: ["active", "stopped", "error"] });
  if (own && hostIsUp(own, ctx.clock.now()))
    throw new CloudError("invalid", `Compute service of ${own.hostname} is still in use.`);
  const from = ["active", "stopped", "error"] as const;
  await serverMoveRefuse(ctx, id, {
    nova: "evacuate",
    event: "conductor_rebuild_server",
    from,
    rule,
    host: undefined,
  });
}
