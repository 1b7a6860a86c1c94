import type { IncomingHttpHeaders } from "node:http";
import { CloudError } from "#base/errors.ts";
import { operation, pairJson, Reply } from "#http/index.ts";
import { catalogOfToken } from "../../app/catalog.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { tokenFetchSubject, tokenRevoke } from "../../app/token.ts";
import { querySchema } from "../input.ts";
import { subjectHeaders } from "./token-issue.ts";
import { tokenText } from "./view.ts";

export const authTokenValidate = operation({
  query: querySchema("nocatalog"),
  handle: async (ctx: IdentityCtx, { headers, query }) => {
    const text = subjectText(headers);
    const token = await tokenFetchSubject(ctx, text, "identity:validate_token");
    const catalog = query.nocatalog === undefined ? await catalogOfToken(ctx, token) : undefined;
    const json = pairJson(token, catalog, () => tokenText(token, catalog));
    return new Reply(200, json, subjectHeaders(text));
  },
});

export const authTokenCheck = operation({
  handle: async (ctx: IdentityCtx, { headers }) => {
    const text = subjectText(headers);
    await tokenFetchSubject(ctx, text, "identity:check_token");
    return new Reply(200, undefined, subjectHeaders(text));
  },
});

export const authTokenRevoke = operation({
  handle: async (ctx: IdentityCtx, { headers }) => tokenRevoke(ctx, subjectText(headers)),
});

function subjectText(headers: IncomingHttpHeaders): string {
  const text = headers["x-subject-token"];
  if (typeof text === "string" && text !== "") return text;
  throw new CloudError("invalid", "The header X-Subject-Token is missing: send the token that is meant.");
}
