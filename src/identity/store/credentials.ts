import type { Db, Tx } from "#db/index.ts";
import type { Credential } from "../domain/credential.ts";

interface CredentialRow {
  id: string;
  user_id: string;
  project_id: string | null;
  type: string;
  blob_box: string;
}

declare module "#db/tables.ts" {
  interface Tables {
    identity_credentials: CredentialRow;
  }
}

export interface CredentialFilter {
  readonly userId?: string | undefined;
  readonly type?: string | undefined;
}

export async function credentialFind(db: Db, id: string): Promise<Credential | undefined> {
  const row = await db.selectFrom("identity_credentials").selectAll().where("id", "=", id).executeTakeFirst();
  return row && fromRow(row);
}

export async function credentialList(db: Db, filter: CredentialFilter): Promise<Credential[]> {
  let query = db.selectFrom("identity_credentials").selectAll().orderBy("id");
  if (filter.userId !== undefined) query = query.where("user_id", "=", filter.userId);
  if (filter.type !== undefined) query = query.where("type", "=", filter.type);
  return (await query.execute()).map(fromRow);
}

export async function credentialInsert(tx: Tx, credential: Credential): Promise<void> {
  await tx.insertInto("identity_credentials").values(toRow(credential)).execute();
}

export async function credentialUpdate(tx: Tx, credential: Credential): Promise<void> {
  const { id, ...changed } = toRow(credential);
  await tx.updateTable("identity_credentials").set(changed).where("id", "=", id).execute();
}

export async function credentialDelete(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom("identity_credentials").where("id", "=", id).execute();
}

export async function credentialDeleteOfProject(tx: Tx, projectId: string): Promise<void> {
  await tx.deleteFrom("identity_credentials").where("project_id", "=", projectId).execute();
}

function fromRow(row: CredentialRow): Credential {
  return {
    id: row.id,
    userId: row.user_id,
    projectId: row.project_id ?? undefined,
    type: row.type,
    blobBox: row.blob_box,
  };
}

function toRow(credential: Credential): CredentialRow {
  return {
    id: credential.id,
    user_id: credential.userId,
    project_id: credential.projectId ?? null,
    type: credential.type,
    blob_box: credential.blobBox,
  };
}
