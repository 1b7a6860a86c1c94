import { randomBytes } from "node:crypto";
import { Type } from "typebox";
import { operation, Reply } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { serverAct } from "../../app/server.ts";
import { serverRescue as rescue } from "../../app/server-rescue.ts";
import { imageId } from "../parameter-schemas.ts";

const closed = { additionalProperties: false };
const options = Type.Object(
  { adminPass: Type.Optional(Type.String()), rescue_image_ref: Type.Optional(imageId) },
  closed,
);

/** POST /servers/{id}/action {"rescue": {"adminPass": "…", "rescue_image_ref": "…"}}, or null; 200, not 202 as the others */
export const serverRescue = operation({
  body: Type.Object({ rescue: Type.Union([options, Type.Null()]) }, closed),
  handle: async (ctx: ComputeCtx, { params, body }) => {
    const { adminPass = randomBytes(9).toString("base64url"), rescue_image_ref: imageRef } =
      body.rescue ?? {};
    await rescue(ctx, params["id"] ?? "", { imageId: imageRef, adminPass });
    return { adminPass };
  },
});

/** POST /servers/{id}/action {"unrescue": null} */
export const serverUnrescue = operation({
  body: Type.Object({ unrescue: Type.Unknown() }, closed),
  handle: async (ctx: ComputeCtx, { params }) => {
    await serverAct(ctx, params["id"] ?? "", "unrescue");
    return new Reply(202);
  },
});
