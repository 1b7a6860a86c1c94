import type { Tx } from "#db/index.ts";
import { federatedUserList } from "../store/federated-users.ts";
import { identityProviderDelete } from "../store/identity-providers.ts";
import { userFind } from "../store/users.ts";
import { userErase } from "./user.ts";

/**
 * Keystone: with a provider, or one of its protocols, go the users whom nobody else vouched for. Who has a password
 * stays.
 */
export async function federatedUsersErase(
  tx: Tx,
  way: { readonly providerId: string; readonly protocolId?: string },
): Promise<void> {
  for (const { userId } of await federatedUserList(tx, way)) {
    const others = (await federatedUserList(tx, { userId })).filter(
      ({ providerId, protocolId }) =>
        providerId !== way.providerId || (way.protocolId !== undefined && protocolId !== way.protocolId),
    );
    const user = await userFind(tx, userId);
    if (user && user.passwordHash === undefined && others.length === 0) await userErase(tx, userId);
  }
}

/** With its protocols. */
export async function identityProviderErase(tx: Tx, id: string): Promise<void> {
  await federatedUsersErase(tx, { providerId: id });
  await identityProviderDelete(tx, id);
}
