import { CloudError } from "#base/errors.ts";
import { embeddedStore, type SecretStore } from "../domain/secret-store.ts";
import { masterKeyFirstAt } from "../store/master-keys.ts";
import { preferredStoreDelete, preferredStoreFind, preferredStorePut } from "../store/preferred-stores.ts";
import type { KeyManagerCtx } from "./deps.ts";
import { projectRequire } from "./secret-access.ts";

/** The one that there is; also the default. */
export async function secretStoreEmbedded(ctx: KeyManagerCtx): Promise<SecretStore> {
  return { ...embeddedStore, createdAt: await masterKeyFirstAt(ctx.deps.database.db) };
}

export async function secretStoreFetch(ctx: KeyManagerCtx, id: string): Promise<SecretStore> {
  storeRequire(id);
  return secretStoreEmbedded(ctx);
}

/** What the caller's project chose. */
export async function preferredStoreFetch(ctx: KeyManagerCtx): Promise<SecretStore> {
  const projectId = projectRequire(ctx, "secretstores:get_preferred");
  if ((await preferredStoreFind(ctx.deps.database.db, projectId)) === undefined) throw noPreferred();
  return secretStoreEmbedded(ctx);
}

export async function preferredStoreChoose(ctx: KeyManagerCtx, id: string): Promise<void> {
  const projectId = projectRequire(ctx, "secretstore_preferred:post");
  storeRequire(id);
  await ctx.deps.database.transaction((tx) => preferredStorePut(tx, projectId, id));
}

export async function preferredStoreRemove(ctx: KeyManagerCtx, id: string): Promise<void> {
  const projectId = projectRequire(ctx, "secretstore_preferred:delete");
  storeRequire(id);
  const removed = await ctx.deps.database.transaction((tx) => preferredStoreDelete(tx, projectId));
  if (!removed) throw noPreferred();
}

function storeRequire(id: string): void {
  if (id !== embeddedStore.id) throw new CloudError("not-found", "Not Found. Secret store not found.");
}

function noPreferred(): CloudError {
  return new CloudError("not-found", "Not Found. No preferred secret store defined for this project.");
}
