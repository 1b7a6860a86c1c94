import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { ImageDeps } from "../../app/deps.ts";
import { memberAnswer } from "../../app/image-member.ts";
import { memberView } from "../member-view.ts";

/** Which statuses there are is checked after who may set one. */
const body = Type.Object({ status: Type.Unknown() });

export const updateMember = operation<ImageDeps, typeof body>({
  body,
  handle: async (ctx, { params, body: { status } }) =>
    memberView(await memberAnswer(ctx, params["image_id"] ?? "", params["member_id"] ?? "", status)),
});
