import type { Clock } from "#base/clock.ts";
import { CloudError, isCloudError } from "#base/errors.ts";
import type { SecretId } from "#base/ids.ts";
import type { Database, Kept } from "#db/index.ts";
import { keyManagerEnvelope } from "#http/index.ts";
import { secretPolicyTarget } from "../domain/secret-acl.ts";
import type { Secret } from "../domain/secret.ts";
import { secretAclFind } from "../store/secret-acls.ts";
import { secretFind } from "../store/secrets.ts";
import type { AccessibleSecret, KeyManagerCtx } from "./deps.ts";

/** The secret, whoever asks. Barbican says 404 before it asks its policy, so an unknown id is not a 403. */
export async function secretLookup(ctx: KeyManagerCtx, id: SecretId): Promise<AccessibleSecret> {
  const found = await ctx.deps.kept.get(id);
  if (!found || isExpired(found.secret, ctx.clock.now())) throw secretNotFound();
  return found;
}

function isExpired({ expiresAt }: Secret, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}

/** Secrets as their rows have them, payloads sealed, in memory until one changes. */
export function secretsKept(database: Database, clock: Clock): Kept<AccessibleSecret> {
  return database.kept({
    // A new secret says nothing of the others.
    dependsOn: ({ table, kind }) =>
      table.startsWith("key_manager_secret_acl") || (table === "key_manager_secrets" && kind !== "insert"),
    load: async (id, db) => {
      const secret = await secretFind(db, id as SecretId, clock.now());
      return secret && { secret, acl: await secretAclFind(db, secret.id) };
    },
    limit: 10_000,
  });
}

export function secretNotFound(): CloudError {
  return new CloudError("not-found", "Secret not found.");
}

/** The secret, when the rule lets the caller at it; `forbidden` in Barbican's words, and an audit event, when not. */
export async function secretAccess(
  ctx: KeyManagerCtx,
  id: SecretId,
  rule: string,
): Promise<AccessibleSecret> {
  const found = await secretLookup(ctx, id);
  try {
    projectRequire(ctx, rule);
    ctx.enforce(rule, secretPolicyTarget(found.secret, found.acl, ctx.caller.userId));
  } catch (error) {
    if (isCloudError(error, "forbidden")) secretAudit(ctx, "denied", id, { rule });
    throw error;
  }
  return found;
}

/** The project that the caller's token is for: Barbican's rules have the scope type `project` only. */
export function projectRequire(ctx: KeyManagerCtx, rule: string): string {
  const { projectId } = ctx.caller;
  if (projectId === undefined) throw new CloudError("forbidden", keyManagerEnvelope.forbidden(rule));
  return projectId;
}

/** One structured event for each use of a payload: who, which secret, which request. */
export function secretAudit(
  ctx: KeyManagerCtx,
  action: "created" | "read" | "denied" | "deleted",
  secretId: SecretId,
  more: Readonly<Record<string, unknown>> = {},
): void {
  const { userId, projectId } = ctx.caller;
  ctx.deps.log.info(
    { event: "secret", action, secretId, userId, projectId, requestId: ctx.requestId, ...more },
    `secret ${action}`,
  );
}
