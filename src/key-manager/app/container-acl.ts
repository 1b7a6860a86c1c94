import type { ContainerId } from "../domain/container.ts";
import type { SecretAcl } from "../domain/secret-acl.ts";
import {
  containerAclDelete as containerAclDeleteRow,
  containerAclFind,
  containerAclPut,
} from "../store/container-acls.ts";
import { containerFind } from "../store/containers.ts";
import { containerAccess, containerNotFound } from "./container-access.ts";
import type { KeyManagerCtx } from "./deps.ts";

/** Undefined when the container has only the implicit ACL: its project's roles count. */
export async function containerAclFetch(ctx: KeyManagerCtx, id: ContainerId): Promise<SecretAcl | undefined> {
  return (await containerAccess(ctx, id, "container_acls:get")).acl;
}

/** Stores what `change` makes of the present ACL; undefined removes it. */
export async function containerAclChange(
  ctx: KeyManagerCtx,
  id: ContainerId,
  change: (old: SecretAcl | undefined, now: number) => SecretAcl | undefined,
): Promise<void> {
  await containerAccess(ctx, id, "container_acls:put_patch");
  await ctx.deps.database.transaction(async (tx) => {
    if (!(await containerFind(tx, id))) throw containerNotFound();
    const acl = change(await containerAclFind(tx, id), ctx.clock.now());
    if (acl) await containerAclPut(tx, id, acl);
    else await containerAclDeleteRow(tx, id);
  });
}

export async function containerAclDelete(ctx: KeyManagerCtx, id: ContainerId): Promise<void> {
  await containerAccess(ctx, id, "container_acls:delete");
  await ctx.deps.database.transaction((tx) => containerAclDeleteRow(tx, id));
}
