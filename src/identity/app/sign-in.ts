import type { Secret } from "#base/secret.ts";
import type { Db } from "#db/index.ts";
import type { Federation } from "../domain/federation.ts";
import type { GrantedScope } from "../domain/granted-scope.ts";
import type { SignedRequest } from "../domain/oauth1-signature.ts";
import { passwordMatches } from "../domain/password.ts";
import type { Domain, User } from "../domain/resources.ts";
import { tokenHash } from "../domain/token.ts";
import { domainFind, domainList } from "../store/domains.ts";
import { userFind, userList } from "../store/users.ts";
import { applicationCredentialVerify } from "./application-credential-verify.ts";
import { tokenFind } from "./authenticate.ts";
import type { IdentityCtx } from "./context.ts";
import { grantOfParent } from "./delegation.ts";
import { unauthenticated } from "./failures.ts";
import { accessTokenVerify } from "./oauth1-sign-in.ts";
import { standingOf } from "./standing.ts";
import { totpVerify } from "./totp.ts";

export interface DomainRef {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
}

/** By id, or by name within a domain. */
export interface NameRef extends DomainRef {
  readonly domain?: DomainRef | undefined;
}

export interface Credentials {
  readonly methods: readonly string[];
  readonly password?: { readonly user: NameRef; readonly password: Secret<string> } | undefined;
  readonly token?: Secret<string> | undefined;
  /** A code of the user's generator, of which they keep the secret as a credential of type `totp`. */
  readonly totp?: { readonly user: NameRef; readonly passcode: Secret<string> } | undefined;
  /** By id, or by name and user. */
  readonly applicationCredential?:
    | {
        readonly id?: string | undefined;
        readonly name?: string | undefined;
        readonly user?: NameRef | undefined;
        readonly secret: Secret<string>;
      }
    | undefined;
  /** Signed with an access token's secret (method `oauth1`). */
  readonly signedRequest?: SignedRequest | undefined;
}

/** Whoever proved who they are, and what the proof rests on. */
export interface SignedIn {
  readonly user: Pick<User, "id" | "defaultProjectId">;
  /** The user as the proof found them, unless it was a token: that ends with a change of its user. */
  readonly verified: User | undefined;
  readonly methods: readonly string[];
  readonly parent:
    | {
        readonly text: Secret<string>;
        readonly hash: string;
        readonly auditIds: readonly string[];
        readonly expiresAt: number;
      }
    | undefined;
  /** What the proof is good for, when it is not the user's own. */
  readonly granted?: GrantedScope | undefined;
  /** When an identity provider vouched for the user. */
  readonly federation?: Federation | undefined;
}

/** Checks every method that is named; all of them must be of one user. */
export async function signIn(ctx: IdentityCtx, credentials: Credentials): Promise<SignedIn> {
  let signedIn: SignedIn | undefined;
  for (const method of credentials.methods) {
    const next = await signInBy(ctx, method, credentials);
    if (signedIn && signedIn.user.id !== next.user.id)
      throw unauthenticated(ctx, "methods of different users");
    signedIn = signedIn ? signedInBoth(signedIn, next) : next;
  }
  if (!signedIn) throw unauthenticated(ctx, "no method");
  return signedIn;
}

function signedInBoth(first: SignedIn, next: SignedIn): SignedIn {
  return {
    user: next.user,
    verified: next.verified ?? first.verified,
    methods: [...new Set([...first.methods, ...next.methods])],
    parent: next.parent ?? first.parent,
    granted: next.granted ?? first.granted,
    federation: next.federation ?? first.federation,
  };
}

function signInBy(ctx: IdentityCtx, method: string, credentials: Credentials): Promise<SignedIn> {
  if (method === "password" && credentials.password) return signInByPassword(ctx, credentials.password);
  if (method === "totp" && credentials.totp) return signInByTotp(ctx, credentials.totp);
  if (method === "token" && credentials.token) return signInByToken(ctx, credentials.token);
  if (method === "application_credential" && credentials.applicationCredential)
    return signInByApplicationCredential(ctx, credentials.applicationCredential);
  if (method === "oauth1" && credentials.signedRequest)
    return signInByAccessToken(ctx, credentials.signedRequest);
  throw unauthenticated(ctx, "unsupported method, or its data is missing");
}

async function signInByPassword(
  ctx: IdentityCtx,
  { user, password }: NonNullable<Credentials["password"]>,
): Promise<SignedIn> {
  const verified = await userVerify(ctx, user, password);
  return { user: verified, verified, methods: ["password"], parent: undefined };
}

async function signInByTotp(
  ctx: IdentityCtx,
  { user: ref, passcode }: NonNullable<Credentials["totp"]>,
): Promise<SignedIn> {
  const { db } = ctx.deps.database;
  const user = await userResolve(db, ref);
  if (!user || !(await totpVerify(ctx, user.id, passcode)))
    throw unauthenticated(ctx, user ? "wrong passcode" : "no such user", user?.id);
  await requireEnabled(ctx, user);
  return { user, verified: user, methods: ["totp"], parent: undefined };
}

async function signInByToken(ctx: IdentityCtx, text: Secret<string>): Promise<SignedIn> {
  const exposed = text.expose();
  const hash = tokenHash(exposed);
  const token = await tokenFind(ctx.deps, exposed, hash);
  if (!token) throw unauthenticated(ctx, "the token is not valid");
  const { auditIds, expiresAt, user } = token;
  const standing = await standingOf(ctx.deps, user.id, { kind: "unscoped" });
  return {
    user: { id: user.id, defaultProjectId: standing?.defaultProjectId },
    verified: undefined,
    methods: [...new Set(["token", ...token.methods])],
    parent: { text, hash, auditIds, expiresAt },
    granted: grantOfParent(token),
    federation: token.federation,
  };
}

async function signInByApplicationCredential(
  ctx: IdentityCtx,
  given: NonNullable<Credentials["applicationCredential"]>,
): Promise<SignedIn> {
  const { db } = ctx.deps.database;
  const owner = given.user && (await userResolve(db, given.user));
  const byName = owner && given.name !== undefined ? { userId: owner.id, name: given.name } : undefined;
  const by = given.id === undefined ? byName : { id: given.id };
  const { id, userId, projectId, expiresAtUs } = await applicationCredentialVerify(ctx, by, given.secret);
  const granted: GrantedScope = {
    scope: { kind: "project", id: projectId },
    delegation: { kind: "application_credential", id },
    expiresAt: expiresAtUs === undefined ? undefined : Math.floor(expiresAtUs / 1_000),
  };
  const user = await lender(ctx, userId);
  return { user, verified: user, methods: ["application_credential"], parent: undefined, granted };
}

async function signInByAccessToken(ctx: IdentityCtx, request: SignedRequest): Promise<SignedIn> {
  const { id, projectId, authorizingUserId, expiresAt } = await accessTokenVerify(ctx, request);
  const granted: GrantedScope = {
    scope: { kind: "project", id: projectId },
    delegation: { kind: "oauth1", id },
    expiresAt,
  };
  const user = await lender(ctx, authorizingUserId);
  return { user, verified: user, methods: ["oauth1"], parent: undefined, granted };
}

async function lender(ctx: IdentityCtx, userId: string): Promise<User> {
  const user = await userFind(ctx.deps.database.db, userId);
  if (!user) throw unauthenticated(ctx, "whoever made the delegation is gone", userId);
  return user;
}

/** The user, when the password is theirs and they may sign in. Every refusal costs the same and says the same. */
export async function userVerify(ctx: IdentityCtx, ref: NameRef, password: Secret<string>): Promise<User> {
  const { db } = ctx.deps.database;
  const user = await userResolve(db, ref);
  const matches = await passwordMatches(user?.passwordHash, password, ctx.deps.passwordCost);
  if (!user || !matches) throw unauthenticated(ctx, user ? "wrong password" : "no such user", user?.id);
  await requireEnabled(ctx, user);
  return user;
}

export async function requireEnabled(ctx: IdentityCtx, user: User): Promise<void> {
  const domain = await domainFind(ctx.deps.database.db, user.domainId);
  if (!user.enabled || !domain?.enabled) throw unauthenticated(ctx, "user or domain disabled", user.id);
}

/** That the proof still holds: asked when the standing is known that the new token will say it was issued with. */
export async function signedInConfirm(ctx: IdentityCtx, signedIn: SignedIn): Promise<void> {
  const { verified, parent } = signedIn;
  const user = verified && (await userFind(ctx.deps.database.db, verified.id));
  const changed = user?.passwordHash !== verified?.passwordHash;
  if (verified && (!user?.enabled || changed))
    throw unauthenticated(ctx, "the user was changed meanwhile", user?.id);
  if (parent && !(await tokenFind(ctx.deps, parent.text.expose(), parent.hash)))
    throw unauthenticated(ctx, "the token was revoked meanwhile", signedIn.user.id);
}

export async function domainResolve(db: Db, ref: DomainRef | undefined): Promise<Domain | undefined> {
  if (ref?.id !== undefined) return domainFind(db, ref.id);
  if (ref?.name === undefined) return undefined;
  const [found] = await domainList(db, { name: ref.name });
  return found;
}

export async function userResolve(db: Db, ref: NameRef): Promise<User | undefined> {
  if (ref.id !== undefined) return userFind(db, ref.id);
  const domain = await domainResolve(db, ref.domain);
  if (!domain || ref.name === undefined) return undefined;
  const [found] = await userList(db, { name: ref.name, domainId: domain.id });
  return found;
}
