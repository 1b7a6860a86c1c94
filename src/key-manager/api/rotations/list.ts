import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { rotationList } from "../../app/rotation.ts";
import { pageParse } from "../../domain/page.ts";
import { pageLinks, pageParameters } from "../page-links.ts";
import { rotationView } from "./view.ts";

/** The newest first. */
export const rotationListOperation = operation({
  query: Type.Object(pageParameters),
  handle: async (ctx: KeyManagerCtx, { query }) => {
    const page = pageParse(query);
    const listed = await rotationList(ctx, page);
    return {
      rotations: listed.items.map(rotationView),
      ...pageLinks(`${ctx.baseUrl}/v1/sealstone-rotations`, listed, page),
    };
  },
});
