import { createHash } from "node:crypto";
import { CloudError } from "#base/errors.ts";
import { newHexId } from "#base/ids.ts";
import { Secret } from "#base/secret.ts";
import type { Db, Tx } from "#db/index.ts";
import type { Sealed } from "#key-manager/index.ts";
import type { SignedRequest } from "../domain/oauth1-signature.ts";
import { accessTokenMs, newVerifier, requestTokenMs, type RequestToken } from "../domain/oauth1.ts";
import type { RoleRef } from "../domain/role-ref.ts";
import { sealedContext } from "../domain/sealed-context.ts";
import { roleListEffective } from "../store/assignments.ts";
import {
  accessTokenInsert,
  oauth1TokenDeleteExpired,
  requestTokenAuthorize as rowAuthorize,
  requestTokenDelete,
  requestTokenFind,
  requestTokenInsert,
} from "../store/oauth1-tokens.ts";
import type { IdentityCtx } from "./context.ts";
import { refuseAnyDelegation } from "./delegation.ts";
import { unauthenticated } from "./failures.ts";
import { consumerFetch } from "./oauth1-consumer.ts";
import { oauthParameter, signatureRequire, tokenSecret } from "./oauth1-request.ts";
import { projectFetch } from "./project.ts";
import { textSeal } from "./text-box.ts";

/** What a consumer is told of a new token; only then. */
export interface NewOauth1Token {
  readonly id: string;
  readonly secret: Secret<string>;
  readonly expiresAt: number;
}

/** A consumer asks to be authorized in a project. Its signature is the proof; there is no token. */
export async function requestTokenCreate(
  ctx: IdentityCtx,
  request: SignedRequest,
  projectId: string,
): Promise<NewOauth1Token> {
  const { db } = ctx.deps.database;
  const consumerId = oauthParameter(request, "oauth_consumer_key");
  await projectFetch(db, projectId);
  await consumerFetch(db, consumerId);
  await signatureRequire(ctx, request, { consumerId, secret: "" });
  const made = await newToken(ctx, requestTokenMs);
  const empty = { authorizingUserId: undefined, verifierHash: undefined, roleIds: [] };
  const { id, sealed, expiresAt } = made;
  await ctx.deps.database.transaction(async (tx) => {
    await oauth1TokenDeleteExpired(tx, ctx.clock.now());
    const secretBox = await sealed.text(tx);
    await requestTokenInsert(tx, { id, consumerId, projectId, secretBox, expiresAt, ...empty });
  });
  return made;
}

/** The caller lends the consumer some of their roles; the code that they get is for the consumer. */
export async function requestTokenAuthorize(
  ctx: IdentityCtx,
  id: string,
  roles: readonly RoleRef[],
): Promise<Secret<string>> {
  refuseAnyDelegation(ctx, "authorize a request token");
  const verifier = newVerifier();
  await ctx.deps.database.transaction(async (tx) => {
    const token = await liveRequestToken(tx, ctx, id);
    const { userId } = ctx.caller;
    const own = await roleListEffective(tx, userId, { kind: "project", id: token.projectId });
    const roleIds = roles.map((ref) => {
      const role = own.find((one) => (ref.id ?? one.id) === one.id && (ref.name ?? one.name) === one.name);
      if (role) return role.id;
      throw new CloudError("unauthenticated", "authorizing user does not have role required");
    });
    const verifierHash = hashOf(verifier);
    await rowAuthorize(tx, id, { userId, roleIds: [...new Set(roleIds)], verifierHash });
  });
  return new Secret(verifier);
}

/** The consumer trades the authorized request for what it may sign in with. */
export async function accessTokenCreate(ctx: IdentityCtx, request: SignedRequest): Promise<NewOauth1Token> {
  const consumerId = oauthParameter(request, "oauth_consumer_key");
  const requestId = oauthParameter(request, "oauth_token");
  const verifier = oauthParameter(request, "oauth_verifier");
  const asked = await liveRequestToken(ctx.deps.database.db, ctx, requestId);
  await signatureRequire(ctx, request, { consumerId, secret: await tokenSecret(ctx, asked) });
  const made = await newToken(ctx, accessTokenMs);
  await ctx.deps.database.transaction(async (tx) => {
    const token = await liveRequestToken(tx, ctx, requestId);
    const { authorizingUserId, projectId, roleIds } = token;
    if (token.consumerId !== consumerId || token.verifierHash !== hashOf(verifier) || !authorizingUserId)
      throw unauthenticated(ctx, "another consumer's request token, another verifier, or not authorized");
    const { id, sealed, expiresAt } = made;
    await accessTokenInsert(tx, {
      id,
      consumerId,
      projectId,
      secretBox: await sealed.text(tx),
      authorizingUserId,
      roleIds,
      expiresAt,
    });
    await requestTokenDelete(tx, requestId);
  });
  return made;
}

async function newToken(
  ctx: IdentityCtx,
  lifetimeMs: number,
): Promise<NewOauth1Token & { readonly sealed: Sealed }> {
  const [id, secret] = [newHexId(), new Secret(newHexId())];
  const sealed = await textSeal(ctx.deps.box, secret.expose(), sealedContext.oauth1Token(id));
  return { id, secret, sealed, expiresAt: ctx.clock.now() + lifetimeMs };
}

async function liveRequestToken(db: Db | Tx, ctx: IdentityCtx, id: string): Promise<RequestToken> {
  const token = await requestTokenFind(db, id);
  if (!token) throw new CloudError("not-found", "Request token not found");
  if (token.expiresAt > ctx.clock.now()) return token;
  throw new CloudError("unauthenticated", "Request token is expired");
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
