import { unreachable } from "#base/errors.ts";
import type { Db } from "#db/index.ts";
import type { User } from "../domain/resources.ts";
import type { TokenScope } from "../domain/token.ts";
import { roleListEffective } from "../store/assignments.ts";
import { domainFind } from "../store/domains.ts";
import { projectFind, projectList } from "../store/projects.ts";
import type { IdentityCtx } from "./context.ts";
import { unauthenticated } from "./failures.ts";
import { domainResolve, type DomainRef, type NameRef } from "./sign-in.ts";

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
  user: User,
  asked: Exclude<ScopeRequest, { readonly kind: "trust" }>,
): Promise<TokenScope> {
  const { db } = ctx.deps.database;
  switch (asked.kind) {
    case "default":
      return defaultScope(db, user);
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
async function defaultScope(db: Db, user: User): Promise<TokenScope> {
  const id = user.defaultProjectId;
  const project = id === undefined ? undefined : await projectFind(db, id);
  if (!project?.enabled) return { kind: "unscoped" };
  const scope = { kind: "project", id: project.id } as const;
  const domain = await domainFind(db, project.domainId);
  const roles = await roleListEffective(db, user.id, scope);
  return domain?.enabled && roles.length > 0 ? scope : { kind: "unscoped" };
}
