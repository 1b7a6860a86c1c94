import { CloudError } from "#base/errors.ts";
import type { Db } from "#db/index.ts";
import {
  requireUnprotected,
  type MetadefAssociation,
  type MetadefNamespace,
  type MetadefResourceType,
} from "../domain/metadef.ts";
import {
  metadefAssociationDelete,
  metadefAssociationInsert,
  metadefAssociationList,
  metadefResourceTypeList,
} from "../store/metadef-resource-types.ts";
import type { ImageCtx } from "./deps.ts";
import { namespaceAllows, namespaceFetch } from "./metadef-authorization.ts";

/** An association as a request describes it. */
export type NewAssociation = Pick<MetadefAssociation, "resourceType" | "prefix" | "propertiesTarget">;

export function resourceTypeList(ctx: ImageCtx): Promise<readonly MetadefResourceType[]> {
  return metadefResourceTypeList(ctx.deps.database.db);
}

export async function associationsOf(
  db: Db,
  namespace: MetadefNamespace,
): Promise<readonly MetadefAssociation[]> {
  return (await metadefAssociationList(db, [namespace.id])).get(namespace.id) ?? [];
}

export async function associationList(ctx: ImageCtx, name: string): Promise<readonly MetadefAssociation[]> {
  const { db } = ctx.deps.database;
  const namespace = await namespaceFetch(ctx, db, name, "list_metadef_resource_types");
  return namespaceAllows(ctx, "get_metadef_resource_type", namespace) ? associationsOf(db, namespace) : [];
}

/** Throws `not-found` in Glance's words. */
export async function associationFetch(
  ctx: ImageCtx,
  db: Db,
  namespaceName: string,
  resourceType: string,
): Promise<MetadefAssociation> {
  const namespace = await namespaceFetch(ctx, db, namespaceName, "get_metadef_resource_type");
  const found = (await associationsOf(db, namespace)).find((one) => one.resourceType === resourceType);
  if (found) return found;
  throw new CloudError(
    "not-found",
    `The metadata definition resource-type association of resource-type=${resourceType} to namespace=${namespaceName}, was not found.`,
  );
}

export function associationExists(resourceType: string, namespace: string): CloudError {
  return new CloudError(
    "already-exists",
    `The metadata definition resource-type association of resource-type=${resourceType} to namespace=${namespace} already exists.`,
  );
}

export function associationAdd(
  ctx: ImageCtx,
  name: string,
  described: NewAssociation,
): Promise<MetadefAssociation> {
  return ctx.deps.database.transaction(async (tx) => {
    const namespace = await namespaceFetch(ctx, tx, name, "add_metadef_resource_type_association");
    const others = await associationsOf(tx, namespace);
    if (others.some(({ resourceType }) => resourceType === described.resourceType))
      throw associationExists(described.resourceType, name);
    const now = ctx.clock.now();
    const association = { ...described, createdAt: now, updatedAt: now };
    await metadefAssociationInsert(tx, namespace.id, association);
    return association;
  });
}

export async function associationRemove(ctx: ImageCtx, name: string, resourceType: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    const namespace = await namespaceFetch(ctx, tx, name, "remove_metadef_resource_type_association");
    const associations = await associationsOf(tx, namespace);
    if (!associations.some((one) => one.resourceType === resourceType))
      throw new CloudError("not-found", `Failed to find resource type ${resourceType} to delete`);
    requireUnprotected(namespace, `resource-type-association ${resourceType}`);
    await metadefAssociationDelete(tx, namespace.id, resourceType);
  });
}
