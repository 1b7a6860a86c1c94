import type { Audit, AuditEvent } from "#audit/index.ts";
import type { SecretId } from "#base/ids.ts";
import type { Db } from "#db/index.ts";
import type { TpmConstraint } from "#vtpm/index.ts";
import type { Server } from "../domain/server.ts";
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

/** Deletes a passphrase for good, whoever asks; that it is gone, and for whom, is one transaction. */
export async function passphraseDelete(
  deps: { readonly secrets: ComputeSagaDeps["secrets"]; readonly audit: Audit },
  secretId: SecretId,
  use: PassphraseUse,
): Promise<void> {
  const record = deps.audit.record({ ...use, secretId, event: "deleted", result: "success" });
  await deps.secrets.deleteAsService(secretId, use.requestId, (tx) => record.insert(tx));
  record.tell();
}
