import { memberStatuses } from "./image-member.ts";
import { collectionSchema, schema, text, uuidText } from "./schema.ts";

/** Served at /v2/schemas/member. */
export const memberSchema = schema("member", {
  member_id: text("The project that the image is shared with"),
  image_id: uuidText("The image"),
  status: { ...text("How the member has answered"), enum: memberStatuses },
  created_at: text("When the image was shared with the member"),
  updated_at: text("When the membership last changed"),
  schema: { type: "string", readOnly: true },
});

/** Served at /v2/schemas/members; a list of members has no pages. */
export const membersSchema = collectionSchema("members", memberSchema, { pages: false });
