import { operation, ReadyJson, Reply } from "#http/index.ts";
import { catalogOfToken } from "../../app/catalog.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { tokenIssue } from "../../app/token.ts";
import { querySchema } from "../input.ts";
import { signedRequestOf } from "../oauth1/signed-request.ts";
import { authSchema, credentialsOf, scopeOf } from "./schema.ts";
import { tokenText } from "./view.ts";

export const authTokenIssue = operation({
  body: authSchema,
  query: querySchema("nocatalog"),
  handle: async (ctx: IdentityCtx, { body, query, headers }) => {
    const signedRequest = signedRequestOf(ctx, { path: "auth/tokens", headers, query });
    const credentials = { ...credentialsOf(body.auth), signedRequest };
    const { text, token } = await tokenIssue(ctx, { credentials, scope: scopeOf(body.auth) });
    const catalog = query.nocatalog === undefined ? await catalogOfToken(ctx, token) : undefined;
    return new Reply(201, new ReadyJson(tokenText(token, catalog)), subjectHeaders(text.expose()));
  },
});

export function subjectHeaders(text: string): Record<string, string> {
  return { "X-Subject-Token": text, Vary: "X-Auth-Token" };
}
