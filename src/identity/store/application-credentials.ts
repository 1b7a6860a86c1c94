import type { Db, Tx } from "#db/index.ts";
import type { ApplicationCredential } from "../domain/application-credential.ts";
import type { AccessRule } from "../domain/delegation.ts";

interface ApplicationCredentialRow {
  id: string;
  user_id: string;
  project_id: string;
  name: string;
  description: string | null;
  /** PHC string. */
  secret_hash: string;
  unrestricted: number;
  /** Microseconds since the epoch. */
  expires_at_us: number | null;
}

declare module "#db/tables.ts" {
  interface Tables {
    identity_application_credentials: ApplicationCredentialRow;
    identity_application_credential_roles: { credential_id: string; role_id: string };
    identity_application_credential_access_rules: { credential_id: string; access_rule_id: string };
  }
}

export async function applicationCredentialFind(
  db: Db,
  by: { readonly id: string } | { readonly userId: string; readonly name: string },
): Promise<ApplicationCredential | undefined> {
  const query = db.selectFrom("identity_application_credentials").selectAll();
  const row = await (
    "id" in by
      ? query.where("id", "=", by.id)
      : query.where("user_id", "=", by.userId).where("name", "=", by.name)
  ).executeTakeFirst();
  return row && fromRow(db, row);
}

export async function applicationCredentialList(
  db: Db,
  userId: string,
  filter: { readonly name?: string | undefined } = {},
): Promise<ApplicationCredential[]> {
  let query = db
    .selectFrom("identity_application_credentials")
    .selectAll()
    .where("user_id", "=", userId)
    .orderBy("name");
  if (filter.name !== undefined) query = query.where("name", "=", filter.name);
  const rows = await query.execute();
  return Promise.all(rows.map((row) => fromRow(db, row)));
}

/** Its access rules must be there. */
export async function applicationCredentialInsert(tx: Tx, one: ApplicationCredential): Promise<void> {
  await tx
    .insertInto("identity_application_credentials")
    .values({
      id: one.id,
      user_id: one.userId,
      project_id: one.projectId,
      name: one.name,
      description: one.description ?? null,
      secret_hash: one.secretHash,
      unrestricted: Number(one.unrestricted),
      expires_at_us: one.expiresAtUs ?? null,
    })
    .execute();
  const credential_id = one.id;
  if (one.roleIds.length > 0) {
    await tx
      .insertInto("identity_application_credential_roles")
      .values(one.roleIds.map((role_id) => ({ credential_id, role_id })))
      .execute();
  }
  if (one.accessRules && one.accessRules.length > 0) {
    await tx
      .insertInto("identity_application_credential_access_rules")
      .values(one.accessRules.map(({ id }) => ({ credential_id, access_rule_id: id })))
      .execute();
  }
}

/** One by its id, or all of a user, everywhere or in one project. */
export async function applicationCredentialDelete(
  tx: Tx,
  which: { readonly id: string } | { readonly userId: string; readonly projectId?: string | undefined },
): Promise<void> {
  let query = tx.deleteFrom("identity_application_credentials");
  if ("id" in which) query = query.where("id", "=", which.id);
  else {
    query = query.where("user_id", "=", which.userId);
    if (which.projectId !== undefined) query = query.where("project_id", "=", which.projectId);
  }
  await query.execute();
}

async function fromRow(db: Db, row: ApplicationCredentialRow): Promise<ApplicationCredential> {
  const roles = await db
    .selectFrom("identity_application_credential_roles")
    .select("role_id")
    .where("credential_id", "=", row.id)
    .orderBy("role_id")
    .execute();
  const accessRules: AccessRule[] = await db
    .selectFrom("identity_access_rules as rule")
    .innerJoin("identity_application_credential_access_rules as of", "of.access_rule_id", "rule.id")
    .select(["rule.id", "rule.service", "rule.method", "rule.path"])
    .where("of.credential_id", "=", row.id)
    .orderBy("rule.id")
    .execute();
  return {
    id: row.id,
    userId: row.user_id,
    projectId: row.project_id,
    name: row.name,
    description: row.description ?? undefined,
    secretHash: row.secret_hash,
    unrestricted: row.unrestricted !== 0,
    expiresAtUs: row.expires_at_us ?? undefined,
    roleIds: roles.map(({ role_id }) => role_id),
    accessRules: accessRules.length > 0 ? accessRules : undefined,
  };
}
