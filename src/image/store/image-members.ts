import type { Db, Tx } from "#db/index.ts";
import type { ImageMember, MemberStatus } from "../domain/image-member.ts";

export interface ImageMemberRow {
  image_id: string;
  member_id: string;
  status: MemberStatus;
  created_at: number;
  updated_at: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    image_members: ImageMemberRow;
  }
}

function memberOf(row: ImageMemberRow): ImageMember {
  return {
    imageId: row.image_id,
    memberId: row.member_id,
    status: row.status,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export async function imageMemberFind(
  db: Db,
  imageId: string,
  memberId: string,
): Promise<ImageMember | undefined> {
  const row = await db
    .selectFrom("image_members")
    .selectAll()
    .where("image_id", "=", imageId)
    .where("member_id", "=", memberId)
    .executeTakeFirst();
  return row && memberOf(row);
}

export async function imageMemberList(db: Db, imageId: string): Promise<ImageMember[]> {
  const rows = await db
    .selectFrom("image_members")
    .selectAll()
    .where("image_id", "=", imageId)
    .orderBy("created_at")
    .orderBy("member_id")
    .execute();
  return rows.map(memberOf);
}

export async function imageMemberInsert(tx: Tx, member: ImageMember): Promise<void> {
  await tx
    .insertInto("image_members")
    .values({
      image_id: member.imageId,
      member_id: member.memberId,
      status: member.status,
      created_at: member.createdAt,
      updated_at: member.updatedAt,
    })
    .execute();
}

export async function imageMemberUpdate(tx: Tx, member: ImageMember): Promise<void> {
  await tx
    .updateTable("image_members")
    .set({ status: member.status, updated_at: member.updatedAt })
    .where("image_id", "=", member.imageId)
    .where("member_id", "=", member.memberId)
    .execute();
}

export async function imageMemberDelete(tx: Tx, imageId: string, memberId: string): Promise<void> {
  await tx
    .deleteFrom("image_members")
    .where("image_id", "=", imageId)
    .where("member_id", "=", memberId)
    .execute();
}
