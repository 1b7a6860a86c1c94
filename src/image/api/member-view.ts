import { isoSeconds } from "#base/clock.ts";
import type { ImageMember } from "../domain/image-member.ts";

/** Image API reference, "Show image member details". */
export function memberView(member: ImageMember): Record<string, unknown> {
  return {
    member_id: member.memberId,
    image_id: member.imageId,
    status: member.status,
    created_at: isoSeconds(member.createdAt),
    updated_at: isoSeconds(member.updatedAt),
    schema: "/v2/schemas/member",
  };
}
