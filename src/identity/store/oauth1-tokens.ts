import type { Db, Tx } from "#db/index.ts";
import type { AccessToken, RequestToken } from "../domain/oauth1.ts";

interface RequestTokenRow {
  id: string;
  consumer_id: string;
  project_id: string;
  secret_box: string;
  authorizing_user_id: string | null;
  verifier_hash: string | null;
  /** JSON array. */
  role_ids: string;
  expires_at: number;
}

interface AccessTokenRow {
  id: string;
  consumer_id: string;
  project_id: string;
  secret_box: string;
  authorizing_user_id: string;
  /** JSON array. */
  role_ids: string;
  expires_at: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    identity_oauth1_request_tokens: RequestTokenRow;
    identity_oauth1_access_tokens: AccessTokenRow;
  }
}

export async function requestTokenFind(db: Db, id: string): Promise<RequestToken | undefined> {
  const row = await db
    .selectFrom("identity_oauth1_request_tokens")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirst();
  return (
    row && {
      id: row.id,
      consumerId: row.consumer_id,
      projectId: row.project_id,
      secretBox: row.secret_box,
      authorizingUserId: row.authorizing_user_id ?? undefined,
      verifierHash: row.verifier_hash ?? undefined,
      roleIds: JSON.parse(row.role_ids) as string[],
      expiresAt: row.expires_at,
    }
  );
}

export async function requestTokenInsert(tx: Tx, token: RequestToken): Promise<void> {
  await tx
    .insertInto("identity_oauth1_request_tokens")
    .values({
      id: token.id,
      consumer_id: token.consumerId,
      project_id: token.projectId,
      secret_box: token.secretBox,
      authorizing_user_id: token.authorizingUserId ?? null,
      verifier_hash: token.verifierHash ?? null,
      role_ids: JSON.stringify(token.roleIds),
      expires_at: token.expiresAt,
    })
    .execute();
}

export async function requestTokenAuthorize(
  tx: Tx,
  id: string,
  given: { readonly userId: string; readonly roleIds: readonly string[]; readonly verifierHash: string },
): Promise<void> {
  await tx
    .updateTable("identity_oauth1_request_tokens")
    .set({
      authorizing_user_id: given.userId,
      role_ids: JSON.stringify(given.roleIds),
      verifier_hash: given.verifierHash,
    })
    .where("id", "=", id)
    .execute();
}

export async function requestTokenDelete(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom("identity_oauth1_request_tokens").where("id", "=", id).execute();
}

/** Those that nobody can use any more, of both kinds. */
export async function oauth1TokenDeleteExpired(tx: Tx, now: number): Promise<void> {
  await tx.deleteFrom("identity_oauth1_request_tokens").where("expires_at", "<=", now).execute();
  await tx.deleteFrom("identity_oauth1_access_tokens").where("expires_at", "<=", now).execute();
}

export async function accessTokenFind(db: Db, id: string): Promise<AccessToken | undefined> {
  const row = await db
    .selectFrom("identity_oauth1_access_tokens")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirst();
  return row && fromRow(row);
}

export async function accessTokenList(db: Db, userId: string): Promise<AccessToken[]> {
  const rows = await db
    .selectFrom("identity_oauth1_access_tokens")
    .selectAll()
    .where("authorizing_user_id", "=", userId)
    .orderBy("id")
    .execute();
  return rows.map(fromRow);
}

export async function accessTokenInsert(tx: Tx, token: AccessToken): Promise<void> {
  await tx
    .insertInto("identity_oauth1_access_tokens")
    .values({
      id: token.id,
      consumer_id: token.consumerId,
      project_id: token.projectId,
      secret_box: token.secretBox,
      authorizing_user_id: token.authorizingUserId,
      role_ids: JSON.stringify(token.roleIds),
      expires_at: token.expiresAt,
    })
    .execute();
}

export async function accessTokenDelete(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom("identity_oauth1_access_tokens").where("id", "=", id).execute();
}

function fromRow(row: AccessTokenRow): AccessToken {
  return {
    id: row.id,
    consumerId: row.consumer_id,
    projectId: row.project_id,
    secretBox: row.secret_box,
    authorizingUserId: row.authorizing_user_id,
    roleIds: JSON.parse(row.role_ids) as string[],
    expiresAt: row.expires_at,
  };
}
