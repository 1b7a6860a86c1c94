import type { Db, Tx } from "#db/index.ts";

export interface ServerGroupRow {
  id: string;
  project_id: string;
  user_id: string;
  name: string;
  policy: string;
  rules: string;
  created_at: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    compute_server_groups: ServerGroupRow;
    compute_server_group_members: { server_id: string; group_id: string };
  }
}

export type ServerGroup = Readonly<ServerGroupRow>;

export async function serverGroupFind(db: Db, id: string): Promise<ServerGroup | undefined> {
  return db.selectFrom("compute_server_groups").selectAll().where("id", "=", id).executeTakeFirst();
}

/** Oldest first; undefined: of all projects. */
export async function serverGroupList(
  db: Db,
  owner: { readonly projectId?: string | undefined; readonly userId?: string | undefined },
): Promise<ServerGroup[]> {
  let query = db.selectFrom("compute_server_groups").selectAll();
  if (owner.projectId !== undefined) query = query.where("project_id", "=", owner.projectId);
  if (owner.userId !== undefined) query = query.where("user_id", "=", owner.userId);
  return query.orderBy("created_at").orderBy("id").execute();
}

export async function serverGroupInsert(tx: Tx, group: ServerGroup): Promise<void> {
  await tx.insertInto("compute_server_groups").values(group).execute();
}

/** Ids of the group's servers that are still there, oldest first. */
export async function serverGroupMembers(db: Db, groupId: string): Promise<string[]> {
  const rows = await db
    .selectFrom("compute_server_group_members")
    .innerJoin("compute_servers", "compute_servers.id", "compute_server_group_members.server_id")
    .where("group_id", "=", groupId)
    .select("server_id")
    .orderBy("created_at")
    .orderBy("server_id")
    .execute();
  return rows.map((row) => row.server_id);
}

export async function serverGroupIdsOf(db: Db, serverId: string): Promise<string[]> {
  const rows = await db
    .selectFrom("compute_server_group_members")
    .select("group_id")
    .where("server_id", "=", serverId)
    .orderBy("group_id")
    .execute();
  return rows.map((row) => row.group_id);
}

export async function serverGroupMemberInsert(tx: Tx, groupId: string, serverId: string): Promise<void> {
  await tx
    .insertInto("compute_server_group_members")
    .values({ group_id: groupId, server_id: serverId })
    .execute();
}

export async function serverGroupDelete(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom("compute_server_group_members").where("group_id", "=", id).execute();
  await tx.deleteFrom("compute_server_groups").where("id", "=", id).execute();
}
