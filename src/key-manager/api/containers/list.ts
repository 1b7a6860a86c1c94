import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { containerList } from "../../app/container.ts";
import { pageParse } from "../../domain/page.ts";
import { pageLinks, pageParameters } from "../page-links.ts";
import { containerView } from "./view.ts";

const Text = Type.Optional(Type.String({ maxLength: 255 }));

export const containerListOperation = operation({
  query: Type.Object({ ...pageParameters, name: Text, type: Text }),
  handle: async (ctx: KeyManagerCtx, { query }) => {
    const page = pageParse(query);
    const { name, type } = query;
    const listed = await containerList(ctx, { ...page, name, type });
    return {
      containers: listed.items.map((each) => containerView(ctx.baseUrl, each)),
      ...pageLinks(`${ctx.baseUrl}/v1/containers`, listed, page, query),
    };
  },
});
