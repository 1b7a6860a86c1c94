import { CloudError } from "#base/errors.ts";
import { newUuid, type SecretId } from "#base/ids.ts";
import type { Tx } from "#db/index.ts";
import type { Payload } from "../domain/payload.ts";
import type { Listed } from "../domain/page.ts";
import type { SecretQuery } from "../domain/secret-query.ts";
import { invalidObject, type Secret, type SecretFacts } from "../domain/secret.ts";
import { secretConsumers } from "../store/consumers.ts";
import {
  secretCount,
  secretDelete as secretDeleteRow,
  secretInsert,
  secretList as secretListRows,
} from "../store/secrets.ts";
import type { KeyManagerCtx } from "./deps.ts";
import { quotaRequire } from "./quota.ts";
import { projectRequire, secretAccess, secretAudit, secretNotFound } from "./secret-access.ts";

export interface SecretCreateInput {
  readonly facts: SecretFacts;
  /** Absent in the first of two steps. The caller wipes its bytes. */
  readonly payload: Payload | undefined;
  readonly also?: SecretAlso | undefined;
}

/** What another service wants to be in the transaction that stores or deletes a secret: SQL only. */
export type SecretAlso = (tx: Tx, secretId: SecretId) => Promise<void>;

export async function secretCreate(ctx: KeyManagerCtx, input: SecretCreateInput): Promise<SecretId> {
  const projectId = projectRequire(ctx, "secrets:post");
  ctx.enforce("secrets:post");
  const now = ctx.clock.now();
  const { facts, payload } = input;
  if (facts.expiresAt !== undefined && facts.expiresAt <= now) {
    throw invalidObject("Secret", "'expiration' is before current time", "expiration");
  }
  const id = newUuid<SecretId>();
  const { vault, database } = ctx.deps;
  await vault.underCurrentKey(projectId, async () => {
    const sealed = payload && (await vault.seal({ secretId: id, projectId }, payload.bytes));
    await database.transaction(async (tx) => {
      await quotaRequire(tx, projectId, {
        resource: "secrets",
        operation: "Secret creation",
        count: secretCount,
      });
      await secretInsert(tx, {
        ...facts,
        id,
        projectId,
        creatorId: ctx.caller.userId,
        contentType: payload?.contentType,
        payload: sealed,
        createdAt: now,
        updatedAt: now,
      });
      await input.also?.(tx, id);
    });
  });
  secretAudit(ctx, "created", id);
  return id;
}

export async function secretFetch(ctx: KeyManagerCtx, id: SecretId): Promise<Secret> {
  return (await secretAccess(ctx, id, "secret:get")).secret;
}

export async function secretList(ctx: KeyManagerCtx, query: SecretQuery): Promise<Listed<Secret>> {
  const projectId = projectRequire(ctx, "secrets:get");
  ctx.enforce("secrets:get");
  return secretListRows(ctx.deps.database.db, query, {
    projectId,
    userId: ctx.caller.userId,
    now: ctx.clock.now(),
  });
}

/** `keepUsed`: a secret that has consumers is not deleted but `invalid`. */
export async function secretDelete(
  ctx: KeyManagerCtx,
  id: SecretId,
  { keepUsed = false }: { readonly keepUsed?: boolean } = {},
): Promise<void> {
  await secretAccess(ctx, id, "secret:delete");
  await ctx.deps.database.transaction(async (tx) => {
    if (keepUsed && (await secretConsumers.of(tx, [id])).size > 0) throw hasConsumers();
    if (!(await secretDeleteRow(tx, id))) throw secretNotFound();
  });
  secretAudit(ctx, "deleted", id);
}

function hasConsumers(): CloudError {
  return new CloudError(
    "invalid",
    "Secret deletion issue seen - Secret cannot be deleted as it has consumers. Remove them, or use force=true.",
  );
}
