import { operation } from "#http/index.ts";
import type { ImageDeps } from "../../app/deps.ts";
import { memberRemove } from "../../app/image-member.ts";

export const removeMember = operation<ImageDeps>({
  handle: (ctx, { params }) => memberRemove(ctx, params["image_id"] ?? "", params["member_id"] ?? ""),
});
