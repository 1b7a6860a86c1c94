import { CloudError } from "#base/errors.ts";

export const memberStatuses = ["pending", "accepted", "rejected"] as const;
export type MemberStatus = (typeof memberStatuses)[number];

/** A project that an image is shared with. */
export interface ImageMember {
  readonly imageId: string;
  /** A project. */
  readonly memberId: string;
  readonly status: MemberStatus;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Throws `invalid` in Glance's words. */
export function parseMemberStatus(text: unknown): MemberStatus {
  const known = memberStatuses.find((status) => status === text);
  if (known) return known;
  throw new CloudError("invalid", 'Incorrect request: Status must be "pending", "accepted" or "rejected".');
}

const maximumMembers = 128;

/** Glance's `image_member_quota`. */
export function requireRoomForMember(imageId: string, members: number): void {
  if (members < maximumMembers) return;
  throw new CloudError(
    "too-large",
    `Image member limit exceeded for image ${imageId}: The limit has been exceeded on the number of allowed image ` +
      `members for this image. Attempted: ${members + 1}, Maximum: ${maximumMembers}:`,
  );
}
