import { isoMicroseconds } from "#base/clock.ts";
import { Secret } from "#base/secret.ts";
import { operation, ReadyJson, Reply } from "#http/index.ts";
import { catalogOfToken } from "../../app/catalog.ts";
import type { IdentityCtx } from "../../app/context.ts";
import type { Receipt } from "../../app/receipt.ts";
import { tokenIssue, type IssuedToken } from "../../app/token.ts";
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
    const receipt = secretHeader(headers["openstack-auth-receipt"]);
    const issued = await tokenIssue(ctx, { credentials, scope: scopeOf(body.auth), receipt });
    return issuedReply(ctx, issued, query);
  },
});

export async function issuedReply(
  ctx: IdentityCtx,
  issued: IssuedToken | Receipt,
  { nocatalog }: { readonly nocatalog?: string | undefined },
): Promise<Reply> {
  if ("required" in issued) return receiptReply(issued);
  const { text, token } = issued;
  const catalog = nocatalog === undefined ? await catalogOfToken(ctx, token) : undefined;
  return new Reply(201, new ReadyJson(tokenText(token, catalog)), subjectHeaders(text.expose()));
}

function secretHeader(value: string | readonly string[] | undefined): Secret<string> | undefined {
  return typeof value === "string" && value !== "" ? new Secret(value) : undefined;
}

/** Keystone: a 401 that says what is missing yet. */
function receiptReply({ text, methods, user, issuedAt, expiresAt, required }: Receipt): Reply {
  const times = {
    expires_at: `${isoMicroseconds(expiresAt)}Z`,
    issued_at: `${isoMicroseconds(issuedAt)}Z`,
  };
  const body = { receipt: { methods, user, ...times }, required_auth_methods: required };
  return new Reply(401, body, { "Openstack-Auth-Receipt": text.expose() });
}

export function subjectHeaders(text: string): Record<string, string> {
  return { "X-Subject-Token": text };
}
