import type { SelectQueryBuilder } from "kysely";
import type { SecretId } from "#base/ids.ts";
import { prepared, type Db, type Tx } from "#db/index.ts";
import type { Tables } from "#db/tables.ts";
import type { ContentType } from "../domain/content-type.ts";
import type { Listed } from "../domain/page.ts";
import type { SecretQuery, SortKey } from "../domain/secret-query.ts";
import type { SealedPayload, Secret, SecretType } from "../domain/secret.ts";

interface SecretRow {
  readonly id: string;
  readonly project_id: string;
  readonly creator_id: string;
  readonly name: string | null;
  readonly secret_type: string;
  readonly algorithm: string | null;
  readonly bit_length: number | null;
  readonly mode: string | null;
  readonly expires_at: number | null;
  readonly content_type: string | null;
  readonly project_key_id: string | null;
  readonly sealed_payload: string | null;
  readonly created_at: number;
  readonly updated_at: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    key_manager_secrets: SecretRow;
  }
}

/** Undefined also when it has expired by `now`. */
export async function secretFind(db: Db, id: SecretId, now: number): Promise<Secret | undefined> {
  const row = await db
    .selectFrom("key_manager_secrets")
    .selectAll()
    .where("id", "=", id)
    .where((where) => where.or([where("expires_at", "is", null), where("expires_at", ">", now)]))
    .executeTakeFirst();
  return row && fromRow(row);
}

export async function secretIdsByName(db: Db, name: string): Promise<SecretId[]> {
  const rows = await db.selectFrom("key_manager_secrets").select("id").where("name", "=", name).execute();
  return rows.map(({ id }) => id as SecretId);
}

export async function secretInsert(tx: Tx, secret: Secret): Promise<void> {
  await insert(tx, {
    id: secret.id,
    project_id: secret.projectId,
    creator_id: secret.creatorId,
    name: secret.name ?? null,
    secret_type: secret.secretType,
    algorithm: secret.algorithm ?? null,
    bit_length: secret.bitLength ?? null,
    mode: secret.mode ?? null,
    expires_at: secret.expiresAt ?? null,
    content_type: secret.contentType ?? null,
    project_key_id: secret.payload?.projectKeyId ?? null,
    sealed_payload: secret.payload?.sealed ?? null,
    created_at: secret.createdAt,
    updated_at: secret.updatedAt,
  });
}

const insert = prepared((tx: Tx, row: Pick<SecretRow, keyof SecretRow>) =>
  tx.insertInto("key_manager_secrets").values({
    id: row.id,
    project_id: row.project_id,
    creator_id: row.creator_id,
    name: row.name,
    secret_type: row.secret_type,
    algorithm: row.algorithm,
    bit_length: row.bit_length,
    mode: row.mode,
    expires_at: row.expires_at,
    content_type: row.content_type,
    project_key_id: row.project_key_id,
    sealed_payload: row.sealed_payload,
    created_at: row.created_at,
    updated_at: row.updated_at,
  }),
);

/** False when the secret has a payload already, or is gone. */
export async function secretUpdatePayload(
  tx: Tx,
  id: SecretId,
  change: { readonly contentType: ContentType; readonly payload: SealedPayload; readonly now: number },
): Promise<boolean> {
  const result = await tx
    .updateTable("key_manager_secrets")
    .set({
      content_type: change.contentType,
      project_key_id: change.payload.projectKeyId,
      sealed_payload: change.payload.sealed,
      updated_at: change.now,
    })
    .where("id", "=", id)
    .where("sealed_payload", "is", null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** False when there was nothing to delete. ACLs go with it. */
export async function secretDelete(tx: Tx, id: SecretId): Promise<boolean> {
  const result = await tx.deleteFrom("key_manager_secrets").where("id", "=", id).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

export async function secretCount(db: Db, projectId: string): Promise<number> {
  const { total } = await db
    .selectFrom("key_manager_secrets")
    .select((select) => select.fn.countAll<number | string | bigint>().as("total"))
    .where("project_id", "=", projectId)
    .executeTakeFirstOrThrow();
  return Number(total);
}

export interface SecretListScope {
  readonly projectId: string;
  readonly userId: string;
  readonly now: number;
}

/** One page, and how many there are in all. */
export async function secretList(
  db: Db,
  query: SecretQuery,
  scope: SecretListScope,
): Promise<Listed<Secret>> {
  const matching = filtered(db, query, scope);
  const { total } = await matching
    .select((select) => select.fn.countAll<number | string | bigint>().as("total"))
    .executeTakeFirstOrThrow();
  let page = matching.selectAll();
  for (const { key, direction } of query.sort) {
    const column = sortColumns[key];
    if (column !== undefined) page = page.orderBy(column, direction);
  }
  const rows = await page
    .orderBy("created_at")
    .orderBy("id")
    .limit(query.limit)
    .offset(query.offset)
    .execute();
  return { items: rows.map(fromRow), total: Number(total) };
}

/** `status` is the same for all. */
const sortColumns: Readonly<Record<SortKey, keyof SecretRow | undefined>> = {
  algorithm: "algorithm",
  bit_length: "bit_length",
  created: "created_at",
  expiration: "expires_at",
  mode: "mode",
  name: "name",
  secret_type: "secret_type",
  status: undefined,
  updated: "updated_at",
};

const timeColumns = { created: "created_at", updated: "updated_at", expiration: "expires_at" } as const;

type Matching = SelectQueryBuilder<Tables, "key_manager_secrets", object>;

function filtered(db: Db, query: SecretQuery, scope: SecretListScope): Matching {
  let found = db
    .selectFrom("key_manager_secrets")
    .where((where) => where.or([where("expires_at", "is", null), where("expires_at", ">", scope.now)]));
  if (query.aclOnly) {
    const named = db
      .selectFrom("key_manager_secret_acl_users")
      .where("user_id", "=", scope.userId)
      .select("secret_id");
    found = found.where("id", "in", named);
  } else {
    found = found.where("project_id", "=", scope.projectId);
  }
  if (query.name !== undefined) found = found.where("name", "=", query.name);
  if (query.algorithm !== undefined) found = found.where("algorithm", "=", query.algorithm);
  if (query.bitLength !== undefined) found = found.where("bit_length", "=", query.bitLength);
  if (query.mode !== undefined) found = found.where("mode", "=", query.mode);
  if (query.secretType !== undefined) found = found.where("secret_type", "=", query.secretType);
  for (const { key, operator, timeMs } of query.times)
    found = found.where(timeColumns[key], operator, timeMs);
  return found;
}

function fromRow(row: SecretRow): Secret {
  const { project_key_id: projectKeyId, sealed_payload: sealed } = row;
  return {
    id: row.id as SecretId,
    projectId: row.project_id,
    creatorId: row.creator_id,
    name: row.name ?? undefined,
    secretType: row.secret_type as SecretType,
    algorithm: row.algorithm ?? undefined,
    bitLength: row.bit_length ?? undefined,
    mode: row.mode ?? undefined,
    expiresAt: row.expires_at ?? undefined,
    contentType: (row.content_type as ContentType | null) ?? undefined,
    payload: projectKeyId === null || sealed === null ? undefined : { projectKeyId, sealed },
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
