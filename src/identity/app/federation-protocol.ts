import { CloudError } from "#base/errors.ts";
import type { Db } from "#db/index.ts";
import type { FederationProtocol } from "../domain/federation.ts";
import {
  protocolDelete as rowDelete,
  protocolFind,
  protocolInsert,
  protocolList as rowList,
  protocolUpdate as rowUpdate,
} from "../store/federation-protocols.ts";
import { mappingFind } from "../store/mappings.ts";
import type { IdentityCtx } from "./context.ts";
import { conflict } from "./failures.ts";
import { federatedUsersErase } from "./federated-user.ts";
import { identityProviderFetch } from "./identity-provider.ts";

export interface ProtocolChange {
  readonly mappingId: string;
  readonly remoteIdAttribute?: string | undefined;
}

export async function protocolFetch(db: Db, providerId: string, id: string): Promise<FederationProtocol> {
  const protocol = await protocolFind(db, providerId, id);
  if (protocol) return protocol;
  throw new CloudError(
    "not-found",
    `Could not find federated protocol ${id} for Identity Provider: ${providerId}.`,
  );
}

/** Of a provider that is not there: none, as Keystone answers. */
export function protocolList(ctx: IdentityCtx, providerId: string): Promise<FederationProtocol[]> {
  return rowList(ctx.deps.database.db, providerId);
}

export async function protocolCreate(
  ctx: IdentityCtx,
  { providerId, id }: Pick<FederationProtocol, "providerId" | "id">,
  input: ProtocolChange,
): Promise<FederationProtocol> {
  return ctx.deps.database.transaction(async (tx) => {
    await requireMapping(tx, input.mappingId);
    await identityProviderFetch(tx, providerId);
    if (await protocolFind(tx, providerId, id))
      throw conflict("federation_protocol", `Duplicate entry found with ID ${id}`);
    const { mappingId, remoteIdAttribute } = input;
    const protocol = { id, providerId, mappingId, remoteIdAttribute };
    await protocolInsert(tx, protocol);
    return protocol;
  });
}

export async function protocolUpdate(
  ctx: IdentityCtx,
  { providerId, id }: Pick<FederationProtocol, "providerId" | "id">,
  change: ProtocolChange,
): Promise<FederationProtocol> {
  return ctx.deps.database.transaction(async (tx) => {
    await requireMapping(tx, change.mappingId);
    const old = await protocolFetch(tx, providerId, id);
    const { mappingId, remoteIdAttribute = old.remoteIdAttribute } = change;
    const protocol = { ...old, mappingId, remoteIdAttribute };
    await rowUpdate(tx, protocol);
    return protocol;
  });
}

/** With the users whom nobody else vouched for. */
export async function protocolDelete(ctx: IdentityCtx, providerId: string, id: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    await protocolFetch(tx, providerId, id);
    await federatedUsersErase(tx, { providerId, protocolId: id });
    await rowDelete(tx, providerId, id);
  });
}

async function requireMapping(db: Db, id: string): Promise<void> {
  if (!(await mappingFind(db, id))) throw new CloudError("invalid", `Invalid mapping id: ${id}`);
}
