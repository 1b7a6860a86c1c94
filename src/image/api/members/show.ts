import { operation } from "#http/index.ts";
import type { ImageDeps } from "../../app/deps.ts";
import { memberShow } from "../../app/image-member.ts";
import { memberView } from "../member-view.ts";

export const showMember = operation<ImageDeps>({
  handle: async (ctx, { params }) =>
    memberView(await memberShow(ctx, params["image_id"] ?? "", params["member_id"] ?? "")),
});
