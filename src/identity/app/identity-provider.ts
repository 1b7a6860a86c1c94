import { newHexId } from "#base/ids.ts";
import type { Db, Tx } from "#db/index.ts";
import type { IdentityProvider } from "../domain/federation.ts";
import { domainInsert } from "../store/domains.ts";
import {
  identityProviderFind,
  identityProviderInsert,
  identityProviderList as rowList,
  identityProviderUpdate as rowUpdate,
  remoteIdTaken,
  type IdentityProviderFilter,
} from "../store/identity-providers.ts";
import type { IdentityCtx } from "./context.ts";
import { domainFetch } from "./domain.ts";
import { conflict, notFound } from "./failures.ts";
import { identityProviderErase } from "./federated-user.ts";

export interface IdentityProviderChange {
  readonly enabled?: boolean | undefined;
  /** `null`: none. */
  readonly description?: string | null | undefined;
  readonly authorizationTtl?: number | null | undefined;
  readonly remoteIds?: readonly string[] | undefined;
}

export async function identityProviderFetch(db: Db, id: string): Promise<IdentityProvider> {
  const provider = await identityProviderFind(db, id);
  if (!provider) throw notFound("Identity Provider", id);
  return provider;
}

export function identityProviderList(
  ctx: IdentityCtx,
  filter: IdentityProviderFilter,
): Promise<IdentityProvider[]> {
  return rowList(ctx.deps.database.db, filter);
}

/** Without a domain it gets one of its own. */
export async function identityProviderCreate(
  ctx: IdentityCtx,
  id: string,
  input: IdentityProviderChange & { readonly domainId: string | undefined },
): Promise<IdentityProvider> {
  return ctx.deps.database.transaction(async (tx) => {
    if (await identityProviderFind(tx, id)) throw conflict("identity_provider", `Duplicate entry: ${id}`);
    const domainId = input.domainId ?? newHexId();
    if (input.domainId === undefined) await ownDomainInsert(tx, id, domainId);
    else await domainFetch(tx, domainId);
    const provider = {
      id,
      domainId,
      enabled: input.enabled ?? false,
      description: input.description ?? undefined,
      authorizationTtl: input.authorizationTtl ?? undefined,
      remoteIds: input.remoteIds ?? [],
    };
    await refuseTakenRemoteId(tx, provider);
    await identityProviderInsert(tx, provider);
    return provider;
  });
}

async function ownDomainInsert(tx: Tx, providerId: string, id: string): Promise<void> {
  const description = `Auto generated federated domain for Identity Provider: ${providerId}`;
  await domainInsert(tx, {
    id,
    name: id,
    description,
    enabled: true,
    tags: [],
    extra: {},
    immutable: false,
  });
}

/** One that is disabled vouches for nobody, and the tokens that were got by it are of no use meanwhile. */
export async function identityProviderUpdate(
  ctx: IdentityCtx,
  id: string,
  change: IdentityProviderChange,
): Promise<IdentityProvider> {
  return ctx.deps.database.transaction(async (tx) => {
    const old = await identityProviderFetch(tx, id);
    const { description = old.description, authorizationTtl = old.authorizationTtl } = change;
    const provider = {
      ...old,
      enabled: change.enabled ?? old.enabled,
      description: description ?? undefined,
      authorizationTtl: authorizationTtl ?? undefined,
      remoteIds: change.remoteIds ?? old.remoteIds,
    };
    await refuseTakenRemoteId(tx, provider);
    await rowUpdate(tx, provider);
    // As the table has them.
    return { ...provider, remoteIds: [...provider.remoteIds].sort() };
  });
}

/** With its protocols and the users whom it alone vouched for; a domain that was made for it stays, as in Keystone. */
export async function identityProviderDelete(ctx: IdentityCtx, id: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    await identityProviderFetch(tx, id);
    await identityProviderErase(tx, id);
  });
}

async function refuseTakenRemoteId(db: Db, provider: IdentityProvider): Promise<void> {
  const taken = await remoteIdTaken(db, provider);
  if (taken !== undefined) throw conflict("identity_provider", `Duplicate remote ID: ${taken}`);
}
