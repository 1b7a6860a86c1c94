import { CloudError } from "#base/errors.ts";
import type { IdentityCtx } from "./context.ts";

type Resource =
  | "credential"
  | "domain"
  | "endpoint"
  | "Endpoint Group"
  | "federation_protocol"
  | "group"
  | "identity_provider"
  | "Identity Provider"
  | "limit"
  | "mapping"
  | "policy"
  | "project"
  | "region"
  | "registered_limit"
  | "role"
  | "service"
  | "service_provider"
  | "Service Provider"
  | "trust"
  | "user";

/** Keystone's words, which clients look for. */
export function notFound(resource: Resource, id: string): CloudError {
  return new CloudError("not-found", `Could not find ${resource}: ${id}.`);
}

export function conflict(resource: Resource, details: string): CloudError {
  return new CloudError("already-exists", `Conflict occurred attempting to store ${resource} - ${details}.`);
}

export function forbidden(reason: string): CloudError {
  return new CloudError("forbidden", reason);
}

/** The caller learns nothing of the reason; the log does. */
export function unauthenticated(ctx: Pick<IdentityCtx, "log">, reason: string, userId?: string): CloudError {
  ctx.log.info({ reason, subjectUserId: userId }, "authentication refused");
  return new CloudError("unauthenticated", "The request you have made requires authentication.", {
    detail: reason,
  });
}

/** Ids and domains never change: repeating the present one is fine, another one is `invalid`. */
export function refuseMove(resource: Resource, present: string, asked: string | undefined): void {
  if (asked === undefined || asked === present) return;
  throw new CloudError(
    "invalid",
    `Cannot change Domain ID: the ${resource} is in domain ${present}, not ${asked}. Make a new ${resource} there.`,
  );
}
