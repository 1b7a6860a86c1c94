import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { secretList } from "../../app/secret.ts";
import { secretQueryParse, type SecretQuery } from "../../domain/secret-query.ts";
import { secretView } from "./view.ts";

const Text = Type.Optional(Type.String({ maxLength: 255 }));

export const secretListOperation = operation({
  query: Type.Object({
    name: Text,
    limit: Text,
    offset: Text,
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
    const { secrets, total } = await secretList(ctx, query);
    const link = (offset: number): string => pageLink(ctx.baseUrl, query, input.query, offset);
    return {
      secrets: secrets.map((secret) => secretView(ctx.baseUrl, secret)),
      ...(query.offset > 0 && secrets.length > 0
        ? { previous: link(Math.max(0, query.offset - query.limit)) }
        : {}),
      ...(total > query.offset + query.limit ? { next: link(query.offset + query.limit) } : {}),
      total,
    };
  },
});

/** Filters and sorting are carried along. */
function pageLink(
  baseUrl: string,
  { limit }: SecretQuery,
  asked: Readonly<Record<string, string | undefined>>,
  offset: number,
): string {
  const parameters = new URLSearchParams({ limit: String(limit), offset: String(offset) });
  for (const [name, value] of Object.entries(asked)) {
    if (value !== undefined && !parameters.has(name)) parameters.set(name, value);
  }
  return `${baseUrl}/v1/secrets?${parameters.toString()}`;
}
