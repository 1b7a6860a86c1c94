import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { inferenceList } from "../../app/implication.ts";
import { selfLink } from "../links.ts";
import { impliedRolesView } from "./view.ts";

export const inferencesList = operation({
  handle: async (ctx: IdentityCtx) => ({
    role_inferences: (await inferenceList(ctx)).map((one) => impliedRolesView(ctx, one)),
    links: selfLink(ctx, "role_inferences"),
  }),
});
