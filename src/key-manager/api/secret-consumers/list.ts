import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { secretConsumerList } from "../../app/secret-consumer.ts";
import { pageParse } from "../../domain/page.ts";
import { secretIdParse } from "../../domain/secret.ts";
import { pageLinks, pageParameters } from "../page-links.ts";
import { secretRef } from "../secrets/view.ts";
import { secretConsumerView } from "./view.ts";

export const secretConsumerListOperation = operation({
  query: Type.Object(pageParameters),
  handle: async (ctx: KeyManagerCtx, { params, query }) => {
    const [id, page] = [secretIdParse(params["secret_id"] ?? ""), pageParse(query)];
    const listed = await secretConsumerList(ctx, id, page);
    return {
      consumers: listed.items.map(secretConsumerView),
      ...pageLinks(`${secretRef(ctx.baseUrl, id)}/consumers`, listed, page),
    };
  },
});
