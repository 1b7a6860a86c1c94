import type { Db, Tx } from "#db/index.ts";
import type { Extra, Group } from "../domain/resources.ts";

interface GroupRow {
  id: string;
  domain_id: string;
  name: string;
  description: string;
  /** JSON object. */
  extra: string;
}

declare module "#db/tables.ts" {
  interface Tables {
    identity_groups: GroupRow;
    identity_group_users: { group_id: string; user_id: string };
  }
}

export interface GroupFilter {
  readonly name?: string | undefined;
  readonly domainId?: string | undefined;
  /** Groups that this user is in. */
  readonly userId?: string | undefined;
}

export async function groupFind(db: Db, id: string): Promise<Group | undefined> {
  const row = await db.selectFrom("identity_groups").selectAll().where("id", "=", id).executeTakeFirst();
  return row && fromRow(row);
}

export async function groupList(db: Db, filter: GroupFilter = {}): Promise<Group[]> {
  const { name, domainId, userId } = filter;
  let query = db.selectFrom("identity_groups").selectAll().orderBy("name").orderBy("id");
  if (name !== undefined) query = query.where("name", "=", name);
  if (domainId !== undefined) query = query.where("domain_id", "=", domainId);
  if (userId !== undefined) {
    query = query.where("id", "in", (inner) =>
      inner.selectFrom("identity_group_users").select("group_id").where("user_id", "=", userId),
    );
  }
  return (await query.execute()).map(fromRow);
}

export async function groupInsert(tx: Tx, group: Group): Promise<void> {
  await tx.insertInto("identity_groups").values(toRow(group)).execute();
}

export async function groupUpdate(tx: Tx, group: Group): Promise<void> {
  const { id, ...changed } = toRow(group);
  await tx.updateTable("identity_groups").set(changed).where("id", "=", id).execute();
}

/** Its grants must be gone. */
export async function groupDelete(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom("identity_group_users").where("group_id", "=", id).execute();
  await tx.deleteFrom("identity_groups").where("id", "=", id).execute();
}

export async function membershipExists(db: Db, groupId: string, userId: string): Promise<boolean> {
  const row = await db
    .selectFrom("identity_group_users")
    .select("user_id")
    .where("group_id", "=", groupId)
    .where("user_id", "=", userId)
    .executeTakeFirst();
  return row !== undefined;
}

/** Adding twice is no error. */
export async function membershipEnsure(tx: Tx, groupId: string, userId: string): Promise<void> {
  await tx
    .insertInto("identity_group_users")
    .values({ group_id: groupId, user_id: userId })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function membershipDelete(
  tx: Tx,
  filter: { readonly userId: string; readonly groupId?: string },
): Promise<void> {
  let query = tx.deleteFrom("identity_group_users").where("user_id", "=", filter.userId);
  if (filter.groupId !== undefined) query = query.where("group_id", "=", filter.groupId);
  await query.execute();
}

/** The user of every membership, with names. */
export async function membershipList(db: Db) {
  return db
    .selectFrom("identity_group_users as member")
    .innerJoin("identity_users as user", "user.id", "member.user_id")
    .innerJoin("identity_domains as domain", "domain.id", "user.domain_id")
    .select(["member.group_id as groupId", "user.id", "user.name"])
    .select(["domain.id as domainId", "domain.name as domainName"])
    .orderBy("user.name")
    .execute();
}

function fromRow(row: GroupRow): Group {
  const { id, name, description } = row;
  return { id, name, description, domainId: row.domain_id, extra: JSON.parse(row.extra) as Extra };
}

function toRow(group: Group): GroupRow {
  const { id, name, description } = group;
  return { id, name, description, domain_id: group.domainId, extra: JSON.stringify(group.extra) };
}
