import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { containerConsumerList } from "../../app/container-consumer.ts";
import { pageParse } from "../../domain/page.ts";
import { pageLinks, pageParameters } from "../page-links.ts";
import { containerIdParse } from "../../domain/container.ts";
import { containerRef } from "../containers/view.ts";
import { containerConsumerView } from "./view.ts";

export const containerConsumerListOperation = operation({
  query: Type.Object(pageParameters),
  handle: async (ctx: KeyManagerCtx, { params, query }) => {
    const [id, page] = [containerIdParse(params["container_id"] ?? ""), pageParse(query)];
    const listed = await containerConsumerList(ctx, id, page);
    return {
      consumers: listed.items.map(containerConsumerView),
      ...pageLinks(`${containerRef(ctx.baseUrl, id)}/consumers`, listed, page),
    };
  },
});
