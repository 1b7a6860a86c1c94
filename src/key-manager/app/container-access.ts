import { CloudError } from "#base/errors.ts";
import { containerPolicyTarget, type Container, type ContainerId } from "../domain/container.ts";
import type { SecretAcl } from "../domain/secret-acl.ts";
import { containerAclFind } from "../store/container-acls.ts";
import { containerFind } from "../store/containers.ts";
import type { KeyManagerCtx } from "./deps.ts";
import { projectRequire } from "./secret-access.ts";

export interface AccessibleContainer {
  readonly container: Container;
  readonly acl: SecretAcl | undefined;
}

/** The container, when the rule lets the caller at it. As with secrets an unknown one is no 403. */
export async function containerAccess(
  ctx: KeyManagerCtx,
  id: ContainerId,
  rule: string,
): Promise<AccessibleContainer> {
  const { db } = ctx.deps.database;
  const container = await containerFind(db, id);
  if (!container) throw containerNotFound();
  const acl = await containerAclFind(db, id);
  projectRequire(ctx, rule);
  ctx.enforce(rule, containerPolicyTarget(container, acl, ctx.caller.userId));
  return { container, acl };
}

export function containerNotFound(): CloudError {
  return new CloudError("not-found", "Secrets container not found.");
}
