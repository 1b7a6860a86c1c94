import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { ImageDeps } from "../../app/deps.ts";
import { memberAdd } from "../../app/image-member.ts";
import { memberView } from "../member-view.ts";

const body = Type.Object({ member: Type.String({ minLength: 1, maxLength: 255 }) });

/** Glance answers 200 here, not 201. */
export const createMember = operation<ImageDeps, typeof body>({
  body,
  handle: async (ctx, input) =>
    memberView(await memberAdd(ctx, input.params["image_id"] ?? "", input.body.member)),
});
