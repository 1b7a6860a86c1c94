import type { IncomingHttpHeaders } from "node:http";
import { CloudError } from "#base/errors.ts";
import { operation, pairJson, Reply } from "#http/index.ts";
import { catalogOfToken } from "../../app/catalog.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { tokenFetchSubject, tokenRevoke } from "../../app/token.ts";
import { queryFlag, querySchema } from "../input.ts";
import { subjectHeaders } from "./token-issue.ts";
import { tokenText } from "./view.ts";

export const authTokenValidate = operation({
  query: querySchema("nocatalog", "allow_expired"),
  handle: async (ctx: IdentityCtx, { headers, query }) => {
    const text = subjectText(headers);
    const allowExpired = queryFlag(query.allow_expired);
    const token = await tokenFetchSubject(ctx, text, { rule: "identity:validate_token", allowExpired });
    const catalog = query.nocatalog === undefined ? await catalogOfToken(ctx, token) : undefined;
    const json = pairJson(token, catalog, () => tokenText(token, catalog));
    return new Reply(200, json, subjectHeaders(text));
  },
});

export const authTokenCheck = operation({
  query: querySchema("allow_expired"),
  handle: async (ctx: IdentityCtx, { headers, query }) => {
    const text = subjectText(headers);
    const allowExpired = queryFlag(query.allow_expired);
    await tokenFetchSubject(ctx, text, { rule: "identity:check_token", allowExpired });
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
