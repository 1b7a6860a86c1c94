import { prepared, type Db, type Tx } from "#db/index.ts";
import type { Extra, User, UserOptions } from "../domain/resources.ts";
import type { FederatedUserFilter } from "./federated-users.ts";
import type { TokenStampColumn } from "./token-stamp-column.ts";

interface UserRow {
  id: string;
  domain_id: string;
  name: string;
  enabled: number;
  default_project_id: string | null;
  password_hash: string | null;
  /** JSON objects. */
  options: string;
  extra: string;
}

declare module "#db/tables.ts" {
  interface Tables {
    identity_users: UserRow & TokenStampColumn;
  }
}

export interface UserFilter {
  readonly name?: string | undefined;
  readonly domainId?: string | undefined;
  readonly enabled?: boolean | undefined;
  /** Users of this group. */
  readonly groupId?: string | undefined;
  /** Users whom an identity provider knows so. */
  readonly known?: Omit<FederatedUserFilter, "userId"> | undefined;
}

export async function userFind(db: Db, id: string): Promise<User | undefined> {
  const [row] = await rowsById(db, { id });
  return row && fromRow(row);
}

const rowsById = prepared((db: Db, { id }: { id: string }) =>
  db.selectFrom("identity_users").selectAll().where("id", "=", id),
);

export async function userList(db: Db, filter: UserFilter = {}): Promise<User[]> {
  let query = db.selectFrom("identity_users").selectAll().orderBy("name").orderBy("id");
  if (filter.name !== undefined) query = query.where("name", "=", filter.name);
  if (filter.domainId !== undefined) query = query.where("domain_id", "=", filter.domainId);
  if (filter.enabled !== undefined) query = query.where("enabled", "=", Number(filter.enabled));
  const { groupId } = filter;
  if (groupId !== undefined) {
    query = query.where("id", "in", (inner) =>
      inner.selectFrom("identity_group_users").select("user_id").where("group_id", "=", groupId),
    );
  }
  const { providerId, protocolId, uniqueId } = filter.known ?? {};
  if ((providerId ?? protocolId ?? uniqueId) !== undefined) {
    query = query.where("id", "in", (inner) => {
      let known = inner.selectFrom("identity_federated_users").select("user_id");
      if (providerId !== undefined) known = known.where("provider_id", "=", providerId);
      if (protocolId !== undefined) known = known.where("protocol_id", "=", protocolId);
      return uniqueId === undefined ? known : known.where("unique_id", "=", uniqueId);
    });
  }
  return (await query.execute()).map(fromRow);
}

export async function userInsert(tx: Tx, user: User): Promise<void> {
  await tx.insertInto("identity_users").values(toRow(user)).execute();
}

export async function userUpdate(tx: Tx, user: User): Promise<void> {
  const { id, ...changed } = toRow(user);
  await tx.updateTable("identity_users").set(changed).where("id", "=", id).execute();
}

/** Nobody's default project is one that goes. */
export async function userForgetProject(tx: Tx, projectId: string): Promise<void> {
  await tx
    .updateTable("identity_users")
    .set({ default_project_id: null })
    .where("default_project_id", "=", projectId)
    .execute();
}

/** Its assignments must be gone. */
export async function userDelete(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom("identity_users").where("id", "=", id).execute();
}

function fromRow(row: UserRow): User {
  return {
    id: row.id,
    domainId: row.domain_id,
    name: row.name,
    enabled: row.enabled !== 0,
    defaultProjectId: row.default_project_id ?? undefined,
    passwordHash: row.password_hash ?? undefined,
    options: JSON.parse(row.options) as UserOptions,
    extra: JSON.parse(row.extra) as Extra,
  };
}

function toRow(user: User): UserRow {
  return {
    id: user.id,
    domain_id: user.domainId,
    name: user.name,
    enabled: Number(user.enabled),
    default_project_id: user.defaultProjectId ?? null,
    password_hash: user.passwordHash ?? null,
    options: JSON.stringify(user.options),
    extra: JSON.stringify(user.extra),
  };
}
