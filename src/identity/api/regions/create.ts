import { Type } from "typebox";
import { CloudError } from "#base/errors.ts";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { regionCreate as create } from "../../app/region.ts";
import { nullable, pathParam } from "../input.ts";
import { regionChangeOf, regionAttributes } from "./schema.ts";
import { regionView } from "./view.ts";

const body = Type.Object({
  region: Type.Object({
    ...regionAttributes,
    id: Type.Optional(nullable(Type.String({ maxLength: 255 }))),
  }),
});

export const regionCreate = operation({
  body,
  status: 201,
  handle: async (ctx: IdentityCtx, { body: { region } }) => {
    // An empty id is as none to Keystone.
    const id = region.id === null || region.id === "" ? undefined : region.id;
    return { region: regionView(ctx, await create(ctx, { ...regionChangeOf(region), id })) };
  },
});

/** PUT with the id in the path, from before POST took one. */
export const regionCreateAt = operation({
  body,
  status: 201,
  handle: async (ctx: IdentityCtx, { params, body: { region } }) => {
    const id = pathParam(params, "region_id");
    if (typeof region.id === "string" && region.id !== id) {
      throw new CloudError("invalid", `The region in the path is ${id}, the one in the body ${region.id}.`);
    }
    return { region: regionView(ctx, await create(ctx, { ...regionChangeOf(region), id })) };
  },
});
