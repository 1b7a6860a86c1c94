import { unreachable } from "#base/errors.ts";
import type { Db } from "#db/index.ts";
import type { TokenScope } from "../domain/token.ts";
import { standingIsGood } from "../domain/token-state.ts";
import { projectList } from "../store/projects.ts";
import type { IdentityCtx } from "./context.ts";
import { unauthenticated } from "./failures.ts";
import { domainResolve, type DomainRef, type NameRef, type SignedIn } from "./sign-in.ts";
import { standingOf } from "./standing.ts";

export type ScopeRequest =
  | { readonly kind: "default" }
  | { readonly kind: "unscoped" }
  | { readonly kind: "system" }
  | { readonly kind: "domain"; readonly domain: DomainRef }
  | { readonly kind: "project"; readonly project: NameRef }
  | { readonly kind: "trust"; readonly trustId: string };

/** What the request asks for, as ids. Whether the user may have it is judged when the token is stored. */
export async function scopeResolve(
  ctx: IdentityCtx,
  user: SignedIn["user"],
  asked: Exclude<ScopeRequest, { readonly kind: "trust" }>,
): Promise<TokenScope> {
  const { db } = ctx.deps.database;
  switch (asked.kind) {
    case "default":
      return defaultScope(ctx, user);
    case "unscoped":
    case "system":
      return { kind: asked.kind };
    case "domain": {
      const domain = await domainResolve(db, asked.domain);
      if (!domain) throw unauthenticated(ctx, "no such domain to scope to", user.id);
      return { kind: "domain", id: domain.id };
    }
    case "project": {
      const id = asked.project.id ?? (await projectIdByName(db, asked.project));
      if (id === undefined) throw unauthenticated(ctx, "no such project to scope to", user.id);
      return { kind: "project", id };
    }
    default:
      return unreachable(asked);
  }
}

async function projectIdByName(db: Db, ref: NameRef): Promise<string | undefined> {
  const domain = await domainResolve(db, ref.domain);
  if (!domain || ref.name === undefined) return undefined;
  const [found] = await projectList(db, { name: ref.name, domainId: domain.id });
  return found?.id;
}

/** Keystone: the user's default project when they can use it, else a token without scope. */
async function defaultScope({ deps }: IdentityCtx, user: SignedIn["user"]): Promise<TokenScope> {
  if (user.defaultProjectId === undefined) return { kind: "unscoped" };
  const scope = { kind: "project", id: user.defaultProjectId } as const;
  const standing = await standingOf(deps, user.id, scope);
  return standing && standingIsGood(standing) ? scope : { kind: "unscoped" };
}
