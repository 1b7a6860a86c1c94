import { CloudError } from "#base/errors.ts";
import { newUuid } from "#base/ids.ts";
import type { Db, Tx } from "#db/index.ts";
import { requireUnprotected, type MetadefAssociation, type MetadefNamespace } from "../domain/metadef.ts";
import type { NamespaceListQuery } from "../domain/metadef-list-query.ts";
import {
  firstRepeated,
  requireDistinct,
  type MetadefPart,
  type NewPart,
  type PartKind,
} from "../domain/metadef-part.ts";
import {
  metadefNamespaceDelete,
  metadefNamespaceFind,
  metadefNamespaceInsert,
  metadefNamespaceList,
  metadefNamespaceUpdate,
} from "../store/metadef-namespaces.ts";
import { metadefPartList, metadefPartsInsert } from "../store/metadef-parts.ts";
import { metadefAssociationInsert, metadefAssociationList } from "../store/metadef-resource-types.ts";
import { viewerOfCtx } from "./authorization.ts";
import type { ImageCtx } from "./deps.ts";
import { namespaceAllows, namespaceFetch, type MetadefRule } from "./metadef-authorization.ts";
import { associationExists, associationsOf, type NewAssociation } from "./metadef-resource-type.ts";

/** A namespace as a request describes it; `owner` undefined: the caller's project. */
export type NewNamespace = Pick<
  MetadefNamespace,
  "namespace" | "displayName" | "description" | "visibility" | "isProtected"
> & { readonly owner: string | undefined };

/** What a new namespace is filled with. */
export interface NewContents {
  readonly associations: readonly NewAssociation[];
  readonly properties: readonly NewPart<"property">[];
  readonly objects: readonly NewPart<"object">[];
  readonly tags: readonly NewPart<"tag">[];
}

export interface NamespaceContents {
  readonly associations: readonly MetadefAssociation[];
  readonly properties: readonly MetadefPart<"property">[];
  readonly objects: readonly MetadefPart<"object">[];
  readonly tags: readonly MetadefPart<"tag">[];
}

export interface NamespacePage {
  readonly namespaces: readonly {
    readonly namespace: MetadefNamespace;
    readonly associations: readonly MetadefAssociation[];
  }[];
  /** Where the next page begins. */
  readonly nextMarker: string | undefined;
}

export async function namespacePage(ctx: ImageCtx, query: NamespaceListQuery): Promise<NamespacePage> {
  const { db } = ctx.deps.database;
  ctx.enforce("list_metadef_resource_types");
  const after = query.marker === undefined ? undefined : await namespaceFetch(ctx, db, query.marker);
  const found = await metadefNamespaceList(db, query, viewerOfCtx(ctx), after);
  const seen = found.filter((namespace) => namespaceAllows(ctx, "get_metadef_namespace", namespace));
  const associations = await metadefAssociationList(
    db,
    seen.map(({ id }) => id),
  );
  return {
    namespaces: seen.map((namespace) => ({ namespace, associations: associations.get(namespace.id) ?? [] })),
    nextMarker: found.length === query.limit ? seen.at(-1)?.namespace : undefined,
  };
}

export async function namespaceShow(
  ctx: ImageCtx,
  name: string,
): Promise<{ readonly namespace: MetadefNamespace; readonly contents: NamespaceContents }> {
  const { db } = ctx.deps.database;
  const namespace = await namespaceFetch(
    ctx,
    db,
    name,
    "get_metadef_namespace",
    "list_metadef_resource_types",
    "get_metadef_objects",
    "get_metadef_properties",
    "get_metadef_tags",
  );
  return { namespace, contents: await contentsOf(db, namespace) };
}

async function contentsOf(db: Db, namespace: MetadefNamespace): Promise<NamespaceContents> {
  return {
    associations: await associationsOf(db, namespace),
    properties: await metadefPartList(db, namespace.id, "property"),
    objects: await metadefPartList(db, namespace.id, "object"),
    tags: await metadefPartList(db, namespace.id, "tag"),
  };
}

/** The namespace with all that is in it, or nothing of it. */
export async function namespaceAdd(
  ctx: ImageCtx,
  described: NewNamespace,
  contents: NewContents,
): Promise<{ readonly namespace: MetadefNamespace; readonly contents: NamespaceContents }> {
  contentsEnforce(ctx, contents);
  contentsCheck(described.namespace, contents);
  const now = ctx.clock.now();
  const namespace: MetadefNamespace = {
    ...described,
    id: newUuid(),
    owner: described.owner ?? ctx.caller.projectId ?? null,
    createdAt: now,
    updatedAt: now,
  };
  return ctx.deps.database.transaction(async (tx) => {
    if (await metadefNamespaceFind(tx, namespace.namespace)) {
      throw new CloudError(
        "already-exists",
        `The metadata definition namespace=${namespace.namespace} already exists.`,
      );
    }
    await metadefNamespaceInsert(tx, namespace);
    await contentsInsert(tx, namespace, contents);
    return { namespace, contents: await contentsOf(tx, namespace) };
  });
}

function contentsEnforce(ctx: ImageCtx, contents: NewContents): void {
  const needed: readonly (readonly [MetadefRule, readonly unknown[]])[] = [
    ["add_metadef_resource_type_association", contents.associations],
    ["add_metadef_object", contents.objects],
    ["add_metadef_property", contents.properties],
    ["add_metadef_tag", contents.tags],
  ];
  for (const [rule, things] of needed) if (things.length > 0) ctx.enforce(rule);
}

function contentsCheck(namespace: string, { associations, objects, properties, tags }: NewContents): void {
  const twice = firstRepeated(associations.map(({ resourceType }) => resourceType));
  if (twice !== undefined) throw associationExists(twice, namespace);
  const names = (parts: readonly { readonly name: string }[]): string[] => parts.map(({ name }) => name);
  requireDistinct("object", names(objects), namespace);
  requireDistinct("property", names(properties), namespace);
  requireDistinct("tag", names(tags), namespace);
}

async function contentsInsert(tx: Tx, namespace: MetadefNamespace, contents: NewContents): Promise<void> {
  const { createdAt, updatedAt } = namespace;
  const made = <Kind extends PartKind>(kind: Kind, parts: readonly NewPart<Kind>[]): MetadefPart<Kind>[] =>
    parts.map((part) => ({ ...part, kind, createdAt, updatedAt }));
  for (const association of contents.associations)
    await metadefAssociationInsert(tx, namespace.id, { ...association, createdAt, updatedAt });
  await metadefPartsInsert(tx, namespace.id, [
    ...made("object", contents.objects),
    ...made("property", contents.properties),
    ...made("tag", contents.tags),
  ]);
}

/** Replaces the namespace's own attributes; what is in it stays. */
export function namespaceModify(
  ctx: ImageCtx,
  name: string,
  described: NewNamespace,
): Promise<MetadefNamespace> {
  return ctx.deps.database.transaction(async (tx) => {
    const before = await namespaceFetch(ctx, tx, name, "modify_metadef_namespace");
    if (described.namespace !== name && (await metadefNamespaceFind(tx, described.namespace))) {
      throw new CloudError(
        "already-exists",
        `Invalid update. It would result in a duplicate metadata definition namespace with the same name of ${described.namespace}`,
      );
    }
    const namespace: MetadefNamespace = {
      ...before,
      ...described,
      owner: described.owner ?? ctx.caller.projectId ?? null,
      updatedAt: ctx.clock.now(),
    };
    await metadefNamespaceUpdate(tx, namespace);
    return namespace;
  });
}

export async function namespaceRemove(ctx: ImageCtx, name: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    const namespace = await namespaceFetch(ctx, tx, name, "delete_metadef_namespace");
    requireUnprotected(namespace, `namespace ${name}`);
    await metadefNamespaceDelete(tx, namespace.id);
  });
}
