import { isoMicroseconds } from "#base/clock.ts";
import { Secret } from "#base/secret.ts";
import { operation, ReadyJson, Reply } from "#http/index.ts";
import { catalogOfToken } from "../../app/catalog.ts";
import type { IdentityCtx } from "../../app/context.ts";
import type { Receipt } from "../../app/receipt.ts";
import { signIn } from "../../app/sign-in.ts";
import { tokenIssue, type IssuedToken } from "../../app/token.ts";
import type { CatalogService } from "../../domain/catalog.ts";
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
    const scope = scopeOf(body.auth);
    const issued = await tokenIssue(ctx, await signIn(ctx, credentials), { scope, receipt });
    if ("required" in issued) return receiptReply(issued);
    const catalog = query.nocatalog === undefined ? await catalogOfToken(ctx, issued.token) : undefined;
    return issuedReply(issued, catalog);
  },
});

/** 201 with the token; `catalog` as `tokenText` has it. */
export function issuedReply(
  { text, token }: IssuedToken,
  catalog: readonly CatalogService[] | undefined,
): Reply {
  return new Reply(201, new ReadyJson(tokenText(token, catalog)), subjectHeaders(text.expose()));
}

function secretHeader(value: string | readonly string[] | undefined): Secret<string> | undefined {
  return typeof value === "string" && value !== "" ? new Secret(value) : undefined;
}

/** Keystone: a 401 that says what is missing yet. */
export function receiptReply({ text, methods, user, issuedAt, expiresAt, required }: Receipt): Reply {
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
