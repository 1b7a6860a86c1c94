import { operation } from "#http/index.ts";
import type { ImageDeps } from "../../app/deps.ts";
import { memberList } from "../../app/image-member.ts";
import { memberView } from "../member-view.ts";

export const listMembers = operation<ImageDeps>({
  handle: async (ctx, { params }) => {
    const members = await memberList(ctx, params["image_id"] ?? "");
    return { members: members.map(memberView), schema: "/v2/schemas/members" };
  },
});
