import type { SecretId } from "#base/ids.ts";
import type { Db, Tx } from "#db/index.ts";
import type { SecretAcl } from "../domain/secret-acl.ts";

declare module "#db/tables.ts" {
  interface Tables {
    key_manager_secret_acls: {
      readonly secret_id: string;
      readonly operation: string;
      /** 1: the project's roles count; 0: the secret is private. */
      readonly project_access: number;
      readonly created_at: number;
      readonly updated_at: number;
    };
    key_manager_secret_acl_users: {
      readonly secret_id: string;
      readonly operation: string;
      readonly user_id: string;
    };
  }
}

/** The one operation that Barbican's ACLs have. */
const operation = "read";

export async function secretAclFind(db: Db, secretId: SecretId): Promise<SecretAcl | undefined> {
  const row = await db
    .selectFrom("key_manager_secret_acls")
    .selectAll()
    .where("secret_id", "=", secretId)
    .where("operation", "=", operation)
    .executeTakeFirst();
  if (!row) return undefined;
  const users = await db
    .selectFrom("key_manager_secret_acl_users")
    .select("user_id")
    .where("secret_id", "=", secretId)
    .where("operation", "=", operation)
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
export async function secretAclPut(tx: Tx, secretId: SecretId, acl: SecretAcl): Promise<void> {
  await secretAclDelete(tx, secretId);
  await tx
    .insertInto("key_manager_secret_acls")
    .values({
      secret_id: secretId,
      operation,
      project_access: acl.projectAccess ? 1 : 0,
      created_at: acl.createdAt,
      updated_at: acl.updatedAt,
    })
    .execute();
  for (const userId of acl.users) {
    await tx
      .insertInto("key_manager_secret_acl_users")
      .values({ secret_id: secretId, operation, user_id: userId })
      .execute();
  }
}

export async function secretAclDelete(tx: Tx, secretId: SecretId): Promise<void> {
  await tx.deleteFrom("key_manager_secret_acls").where("secret_id", "=", secretId).execute();
}
