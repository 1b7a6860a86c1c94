import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { transportKeyList } from "../../app/transport-key.ts";
import { pageParse } from "../../domain/page.ts";
import { pageLinks, pageParameters } from "../page-links.ts";
import { transportKeyRef } from "./view.ts";

export const transportKeyListOperation = operation({
  query: Type.Object({ ...pageParameters, plugin_name: Type.Optional(Type.String({ maxLength: 255 })) }),
  handle: async (ctx: KeyManagerCtx, { query }) => {
    const page = pageParse(query);
    const listed = await transportKeyList(ctx, query.plugin_name, page);
    return {
      transport_keys: listed.items.map(({ id }) => ({ transport_key_ref: transportKeyRef(ctx.baseUrl, id) })),
      ...pageLinks(`${ctx.baseUrl}/v1/transport_keys`, listed, page),
    };
  },
});
