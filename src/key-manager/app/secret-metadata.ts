import { CloudError } from "#base/errors.ts";
import type { SecretId } from "#base/ids.ts";
import type { Tx } from "#db/index.ts";
import type { SecretMetadata } from "../domain/secret-metadata.ts";
import {
  secretMetadataFind,
  secretMetadataReplace as secretMetadataReplaceRows,
  secretMetadatumDelete as secretMetadatumDeleteRow,
  secretMetadatumInsert,
  secretMetadatumUpdate as secretMetadatumUpdateRow,
} from "../store/secret-metadata.ts";
import { secretFind } from "../store/secrets.ts";
import type { KeyManagerCtx } from "./deps.ts";
import { secretAccess, secretNotFound } from "./secret-access.ts";

export async function secretMetadataFetch(ctx: KeyManagerCtx, id: SecretId): Promise<SecretMetadata> {
  await secretAccess(ctx, id, "secret_meta:get");
  return secretMetadataFind(ctx.deps.database.db, id);
}

export async function secretMetadatumFetch(ctx: KeyManagerCtx, id: SecretId, key: string): Promise<string> {
  const value = (await secretMetadataFetch(ctx, id))[key];
  if (value === undefined) throw metadatumNotFound();
  return value;
}

export async function secretMetadataReplace(
  ctx: KeyManagerCtx,
  id: SecretId,
  metadata: SecretMetadata,
): Promise<void> {
  await secretAccess(ctx, id, "secret_meta:put");
  await change(ctx, id, (tx) => secretMetadataReplaceRows(tx, id, metadata));
}

export async function secretMetadatumCreate(
  ctx: KeyManagerCtx,
  id: SecretId,
  pair: { readonly key: string; readonly value: string },
): Promise<void> {
  await secretAccess(ctx, id, "secret_meta:post");
  await change(ctx, id, async (tx) => {
    if (await secretMetadatumInsert(tx, id, pair.key, pair.value)) return;
    throw new CloudError("conflict", "Conflict. Key in request is already in the secret metadata");
  });
}

/** `key` is the URL's; the body has to name the same. */
export async function secretMetadatumUpdate(
  ctx: KeyManagerCtx,
  id: SecretId,
  key: string,
  pair: { readonly key: string; readonly value: string },
): Promise<void> {
  if ((await secretMetadataFindFor(ctx, id, "secret_meta:put"))[key] === undefined) throw metadatumNotFound();
  if (pair.key !== key)
    throw new CloudError("conflict", "Key in request data does not match key in the request url.");
  await change(ctx, id, async (tx) => {
    if (!(await secretMetadatumUpdateRow(tx, id, key, pair.value))) throw metadatumNotFound();
  });
}

/** An absent key is well, as it is with Barbican. */
export async function secretMetadatumDelete(ctx: KeyManagerCtx, id: SecretId, key: string): Promise<void> {
  await secretAccess(ctx, id, "secret_meta:delete");
  await change(ctx, id, (tx) => secretMetadatumDeleteRow(tx, id, key));
}

async function secretMetadataFindFor(
  ctx: KeyManagerCtx,
  id: SecretId,
  rule: string,
): Promise<SecretMetadata> {
  await secretAccess(ctx, id, rule);
  return secretMetadataFind(ctx.deps.database.db, id);
}

async function change(ctx: KeyManagerCtx, id: SecretId, run: (tx: Tx) => Promise<void>): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    if (!(await secretFind(tx, id, ctx.clock.now()))) throw secretNotFound();
    await run(tx);
  });
}

function metadatumNotFound(): CloudError {
  return new CloudError("not-found", "Secret metadata not found.");
}
