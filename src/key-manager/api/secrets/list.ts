import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { secretList } from "../../app/secret.ts";
import { secretQueryParse } from "../../domain/secret-query.ts";
import { pageLinks, pageParameters } from "../page-links.ts";
import { secretViews } from "./view.ts";

const Text = Type.Optional(Type.String({ maxLength: 255 }));

export const secretListOperation = operation({
  query: Type.Object({
    ...pageParameters,
    name: Text,
    alg: Text,
    bits: Text,
    mode: Text,
    secret_type: Text,
    sort: Text,
    created: Text,
    updated: Text,
    expiration: Text,
    acl_only: Text,
  }),
  handle: async (ctx: KeyManagerCtx, input) => {
    const query = secretQueryParse(input.query);
    const listed = await secretList(ctx, query);
    return {
      secrets: await secretViews(ctx, listed.items),
      ...pageLinks(`${ctx.baseUrl}/v1/secrets`, listed, query, input.query),
    };
  },
});
