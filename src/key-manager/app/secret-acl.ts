import type { SecretId } from "#base/ids.ts";
import type { SecretAcl } from "../domain/secret-acl.ts";
import { secretAclDelete as secretAclDeleteRow, secretAclFind, secretAclPut } from "../store/secret-acls.ts";
import { secretFind } from "../store/secrets.ts";
import type { KeyManagerCtx } from "./deps.ts";
import { secretAccess, secretNotFound } from "./secret-access.ts";

/** Undefined when the secret has only the implicit ACL: its project's roles count. */
export async function secretAclFetch(ctx: KeyManagerCtx, id: SecretId): Promise<SecretAcl | undefined> {
  return (await secretAccess(ctx, id, "secret_acls:get")).acl;
}

/** Stores what `change` makes of the present ACL; undefined removes it. */
export async function secretAclChange(
  ctx: KeyManagerCtx,
  id: SecretId,
  change: (old: SecretAcl | undefined, now: number) => SecretAcl | undefined,
): Promise<void> {
  await secretAccess(ctx, id, "secret_acls:put_patch");
  await ctx.deps.database.transaction(async (tx) => {
    const now = ctx.clock.now();
    if (!(await secretFind(tx, id, now))) throw secretNotFound();
    const acl = change(await secretAclFind(tx, id), now);
    if (acl) await secretAclPut(tx, id, acl);
    else await secretAclDeleteRow(tx, id);
  });
}

export async function secretAclDelete(ctx: KeyManagerCtx, id: SecretId): Promise<void> {
  await secretAccess(ctx, id, "secret_acls:delete");
  await ctx.deps.database.transaction((tx) => secretAclDeleteRow(tx, id));
}
