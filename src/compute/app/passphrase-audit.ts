import type { Audit, AuditEvent } from "#audit/index.ts";
import type { Clock } from "#base/clock.ts";
import { isCloudError } from "#base/errors.ts";
import type { SecretId } from "#base/ids.ts";
import type { Secret } from "#base/secret.ts";
import type { Database, Db } from "#db/index.ts";
import type { TpmConstraint } from "#vtpm/index.ts";
import type { Server } from "../domain/server.ts";
import { passphraseOrphanInsert } from "../store/passphrase-orphans.ts";
import { serverActionFind } from "../store/server-actions.ts";
import type { CloudAccount, ComputeCtx, ComputeSagaDeps } from "./deps.ts";

/** All of an event but what was done and how it went. */
export type PassphraseUse = Omit<AuditEvent, "event" | "result" | "reason">;

/** A server, or one that is to be: its secret has no id yet. */
export interface PassphraseOwner extends Pick<Server, "id" | "projectId" | "userId"> {
  readonly tpm: (TpmConstraint & { readonly secretId?: SecretId }) | undefined;
}

/** The use that a caller's own request makes of the passphrase of a server. */
export function useOfRequest(ctx: ComputeCtx, server: PassphraseOwner, operation: string): PassphraseUse {
  const { userId, projectId } = ctx.caller;
  return { operation, requestId: ctx.requestId, userId, projectId, ...whose(server, ctx.deps.cloudAccount) };
}

/** The use that a saga makes of it: who asked is whoever sent the request that began the saga. */
export async function useOfSaga(
  db: Db,
  step: {
    readonly requestId: string | undefined;
    readonly deps: Pick<ComputeSagaDeps, "cloudAccount">;
  },
  server: PassphraseOwner,
): Promise<PassphraseUse> {
  const { requestId } = step;
  const action = requestId === undefined ? undefined : await serverActionFind(db, server.id, requestId);
  return {
    operation: action?.action ?? "unknown",
    requestId,
    // The cloud itself is nobody.
    userId: action?.user_id || undefined,
    projectId: action?.caller_project_id ?? undefined,
    ...whose(server, step.deps.cloudAccount),
  };
}

/** In the mode `deployment` the secret is the cloud's own, else its maker's, who is the server's. */
function whose({ id: serverId, projectId, userId, tpm }: PassphraseOwner, cloud: CloudAccount) {
  const owner = tpm?.secretSecurity === "deployment" ? cloud : { userId, projectId };
  return { serverId, ownerUserId: owner.userId, ownerProjectId: owner.projectId, secretId: tpm?.secretId };
}

/** Whose the secret of such a server is, for the intent to store it. */
export function ownerOf(
  ctx: ComputeCtx,
  server: PassphraseOwner,
): { readonly projectId: string; readonly userId: string } {
  const { ownerProjectId, ownerUserId } = whose(server, ctx.deps.cloudAccount);
  return { projectId: ownerProjectId, userId: ownerUserId };
}

export interface PassphraseDeleteDeps {
  readonly secrets: ComputeSagaDeps["secrets"];
  readonly audit: Audit;
  readonly cloudAccount: CloudAccount;
  readonly database: Database;
  readonly clock: Clock;
}

/** What is the cloud's own (mode `deployment`) the cloud deletes from an external key manager, whoever asked for it. */
async function deletionToken(
  { secrets, cloudAccount }: PassphraseDeleteDeps,
  { ownerUserId }: PassphraseUse,
  callerToken: Secret<string> | undefined,
): Promise<Secret<string> | undefined> {
  if (secrets.deletesAs === "cloud" || ownerUserId !== cloudAccount.userId) return callerToken;
  try {
    return (await cloudAccount.caller()).token;
  } catch (error) {
    // Without that user the secret is left behind as an orphan, which says so.
    if (isCloudError(error, "unavailable")) return callerToken;
    throw error;
  }
}

export interface PassphraseDeletion {
  /** Of whoever asked. */
  readonly token?: Secret<string> | undefined;
  /** Of the image whose passphrase it is. */
  readonly imageId?: string | undefined;
}

/**
 * Deletes a passphrase for good, whoever asks; that it is gone, and for whom, is one transaction. What an external key manager
 * refuses the token, or does not answer, is an orphan from then on: the deletion of a server does not fail by it.
 */
export async function passphraseDelete(
  deps: PassphraseDeleteDeps,
  secretId: SecretId,
  use: PassphraseUse,
  { token: callerToken, imageId }: PassphraseDeletion = {},
): Promise<void> {
  const token = await deletionToken(deps, use, callerToken);
  const record = deps.audit.record({ ...use, secretId, event: "deleted", result: "success" });
  const { requestId, serverId } = use;
  const refused = await deps.secrets.deleteAsService(secretId, requestId, (tx) => record.insert(tx), token);
  record.tell();
  if (!refused) return;
  const [result, reason] = [
    isCloudError(refused, "forbidden") ? "denied" : "error",
    refused.message,
  ] as const;
  const refusal = deps.audit.record({ ...use, secretId, event: "deleted", result, reason });
  await deps.database.transaction(async (tx) => {
    await passphraseOrphanInsert(tx, {
      serverId,
      imageId,
      secretId,
      projectId: use.ownerProjectId ?? "",
      userId: use.ownerUserId ?? "",
      reason,
      createdAt: deps.clock.now(),
    });
    await refusal.insert(tx);
  });
  refusal.tell();
}
