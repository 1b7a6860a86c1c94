import { CloudError } from "#base/errors.ts";
import type { ContainedSecret, ContainerId } from "../domain/container.ts";
import {
  containerFind,
  containerSecretDelete,
  containerSecretInsert,
  containerTouch,
} from "../store/containers.ts";
import { containerAccess, containerNotFound } from "./container-access.ts";
import { isOwnSecret } from "./container.ts";
import type { KeyManagerCtx } from "./deps.ts";
import { projectRequire } from "./secret-access.ts";

export async function containerSecretAdd(
  ctx: KeyManagerCtx,
  id: ContainerId,
  added: ContainedSecret,
): Promise<void> {
  const { container } = await containerAccess(ctx, id, "container_secret:post");
  if (container.type !== "generic")
    throw new CloudError("invalid", "Only 'generic' containers can be modified.");
  const projectId = projectRequire(ctx, "container_secret:post");
  const now = ctx.clock.now();
  await ctx.deps.database.transaction(async (tx) => {
    if (!(await isOwnSecret(tx, added.secretId, projectId, now)))
      throw new CloudError("not-found", "Secret provided doesn't exist.");
    const present = await containerFind(tx, id);
    if (!present) throw containerNotFound();
    if (present.secrets.some(({ name, secretId }) => name === added.name && secretId === added.secretId))
      throw alreadyThere();
    await containerSecretInsert(tx, id, added);
    await containerTouch(tx, id, now);
  });
}

export async function containerSecretRemove(
  ctx: KeyManagerCtx,
  id: ContainerId,
  removed: ContainedSecret,
): Promise<void> {
  await containerAccess(ctx, id, "container_secret:delete");
  await ctx.deps.database.transaction(async (tx) => {
    if (!(await containerSecretDelete(tx, id, removed)))
      throw new CloudError("not-found", "Secret provided is not in the container");
    await containerTouch(tx, id, ctx.clock.now());
  });
}

function alreadyThere(): CloudError {
  return new CloudError(
    "conflict",
    "Conflict. A secret with that name and ID is already stored in this container. " +
      "The same secret can exist in a container as long as the name is unique.",
  );
}
