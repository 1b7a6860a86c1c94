import type { Db, Tx } from "#db/index.ts";
import type { ContainerId } from "../domain/container.ts";
import type { SecretAcl } from "../domain/secret-acl.ts";

declare module "#db/tables.ts" {
  interface Tables {
    key_manager_container_acls: {
      readonly container_id: string;
      /** 1: the project's roles count; 0: the container is private. */
      readonly project_access: number;
      readonly created_at: number;
      readonly updated_at: number;
    };
    key_manager_container_acl_users: { readonly container_id: string; readonly user_id: string };
  }
}

export async function containerAclFind(db: Db, containerId: ContainerId): Promise<SecretAcl | undefined> {
  const row = await db
    .selectFrom("key_manager_container_acls")
    .selectAll()
    .where("container_id", "=", containerId)
    .executeTakeFirst();
  if (!row) return undefined;
  const users = await db
    .selectFrom("key_manager_container_acl_users")
    .select("user_id")
    .where("container_id", "=", containerId)
    .orderBy("user_id")
    .execute();
  return {
    projectAccess: row.project_access === 1,
    users: users.map((user) => user.user_id),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** Inserts, or replaces users and all. */
export async function containerAclPut(tx: Tx, containerId: ContainerId, acl: SecretAcl): Promise<void> {
  await containerAclDelete(tx, containerId);
  await tx
    .insertInto("key_manager_container_acls")
    .values({
      container_id: containerId,
      project_access: acl.projectAccess ? 1 : 0,
      created_at: acl.createdAt,
      updated_at: acl.updatedAt,
    })
    .execute();
  for (const userId of acl.users) {
    await tx
      .insertInto("key_manager_container_acl_users")
      .values({ container_id: containerId, user_id: userId })
      .execute();
  }
}

export async function containerAclDelete(tx: Tx, containerId: ContainerId): Promise<void> {
  await tx.deleteFrom("key_manager_container_acls").where("container_id", "=", containerId).execute();
}
