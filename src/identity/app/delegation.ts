import type { GrantedScope } from "../domain/granted-scope.ts";
import type { Token } from "../domain/token.ts";
import type { IdentityCtx } from "./context.ts";
import { forbidden } from "./failures.ts";

/** Keystone's words for what a policy rule allows and something else forbids. */
export function forbiddenAction(action: string): Error {
  return forbidden(`You are not authorized to perform the requested action: ${action}.`);
}

/** With a token got by a trust or by OAuth nobody makes something that outlives it. */
export function refuseLentToken(ctx: IdentityCtx, what: string): void {
  const kind = ctx.caller.delegation?.kind;
  if (kind === "trust" || kind === "oauth1")
    throw forbidden(`Cannot manage ${what} with a token issued via delegation.`);
}

export function refuseAnyDelegation(ctx: IdentityCtx, what: string): void {
  if (ctx.caller.delegation) throw forbidden(`Cannot ${what} with a token issued via delegation.`);
}

export function refuseRestricted(ctx: IdentityCtx, what: string): void {
  const { delegation } = ctx.caller;
  if (delegation?.kind !== "application_credential" || delegation.unrestricted) return;
  throw forbiddenAction(
    `Using method 'application_credential' is not allowed for managing additional ${what}`,
  );
}

/**
 * What a token passes on to one that is got by it: an application credential's stays what it is, and one that was lent
 * makes no other.
 */
export function grantOfParent({ delegation, project, expiresAt }: Token): GrantedScope | undefined {
  if (!delegation) return undefined;
  const { kind, id } = delegation;
  if (kind === "application_credential" && project)
    return { scope: { kind: "project", id: project.id }, delegation: { kind, id }, expiresAt };
  const name = kind === "trust" ? "trust" : "OAuth";
  throw forbiddenAction(
    `Using ${name}-scoped token to create another token. Create a new ${name}-scoped token instead`,
  );
}
