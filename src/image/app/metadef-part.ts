import { CloudError } from "#base/errors.ts";
import type { Db } from "#db/index.ts";
import { requireUnprotected, type MetadefNamespace } from "../domain/metadef.ts";
import type { MetadefPageQuery, PartSortKey } from "../domain/metadef-list-query.ts";
import {
  firstRepeated,
  partExists,
  partNotFound,
  type MetadefPart,
  type NewPart,
  type PartKind,
} from "../domain/metadef-part.ts";
import {
  metadefPartDelete,
  metadefPartFind,
  metadefPartList,
  metadefPartPage,
  metadefPartsDelete,
  metadefPartsInsert,
  metadefPartUpdate,
} from "../store/metadef-parts.ts";
import type { ImageCtx } from "./deps.ts";
import { namespaceAllows, namespaceFetch, type MetadefRule } from "./metadef-authorization.ts";

interface PartRules {
  readonly list: MetadefRule;
  readonly show: MetadefRule;
  readonly add: MetadefRule;
  readonly modify: MetadefRule;
  readonly remove: MetadefRule;
  readonly removeAll: readonly MetadefRule[];
}

const rules: Readonly<Record<PartKind, PartRules>> = {
  object: {
    list: "get_metadef_objects",
    show: "get_metadef_object",
    add: "add_metadef_object",
    modify: "modify_metadef_object",
    remove: "delete_metadef_object",
    removeAll: ["delete_metadef_namespace"],
  },
  property: {
    list: "get_metadef_properties",
    show: "get_metadef_property",
    add: "add_metadef_property",
    modify: "modify_metadef_property",
    remove: "remove_metadef_property",
    removeAll: ["delete_metadef_namespace"],
  },
  tag: {
    list: "get_metadef_tags",
    show: "get_metadef_tag",
    add: "add_metadef_tag",
    modify: "modify_metadef_tag",
    remove: "delete_metadef_tag",
    removeAll: ["delete_metadef_namespace", "delete_metadef_tags"],
  },
};

/** The parts of one kind: objects, properties or tags of a namespace. */
export interface PartOf<Kind extends PartKind> {
  readonly kind: Kind;
  readonly namespace: string;
}

async function partFetch<Kind extends PartKind>(
  db: Db,
  namespace: MetadefNamespace,
  kind: Kind,
  name: string,
): Promise<MetadefPart<Kind>> {
  const part = await metadefPartFind(db, namespace.id, kind, name);
  if (part) return part;
  throw partNotFound(kind, name, namespace.namespace);
}

export async function partList<Kind extends PartKind>(
  ctx: ImageCtx,
  { kind, namespace: name }: PartOf<Kind>,
  query: MetadefPageQuery<PartSortKey>,
): Promise<readonly MetadefPart<Kind>[]> {
  const { db } = ctx.deps.database;
  const namespace = await namespaceFetch(ctx, db, name, rules[kind].list);
  const { marker } = query;
  const after = marker === undefined ? undefined : await partFetch(db, namespace, kind, marker);
  if (!namespaceAllows(ctx, rules[kind].show, namespace)) return [];
  return metadefPartPage(db, namespace.id, kind, query, after);
}

export async function partShow<Kind extends PartKind>(
  ctx: ImageCtx,
  { kind, namespace: name }: PartOf<Kind>,
  partName: string,
): Promise<MetadefPart<Kind>> {
  const { db } = ctx.deps.database;
  return partFetch(db, await namespaceFetch(ctx, db, name, rules[kind].show), kind, partName);
}

export function partAdd<Kind extends PartKind>(
  ctx: ImageCtx,
  { kind, namespace: name }: PartOf<Kind>,
  { name: partName, content }: NewPart<Kind>,
): Promise<MetadefPart<Kind>> {
  return ctx.deps.database.transaction(async (tx) => {
    const namespace = await namespaceFetch(ctx, tx, name, rules[kind].add);
    if (await metadefPartFind(tx, namespace.id, kind, partName))
      throw partExists(kind, partName, namespace.namespace);
    const now = ctx.clock.now();
    const part = { kind, name: partName, content, createdAt: now, updatedAt: now };
    await metadefPartsInsert(tx, namespace.id, [part]);
    return part;
  });
}

/** Tags given all at once: they take the place of those that are there, unless they are to come in addition. */
export async function tagsSet(
  ctx: ImageCtx,
  name: string,
  tags: readonly string[],
  append: boolean,
): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    const namespace = await namespaceFetch(ctx, tx, name, "add_metadef_tags");
    if (!append) await metadefPartsDelete(tx, namespace.id, "tag");
    const others = append ? await metadefPartList(tx, namespace.id, "tag") : [];
    const taken = others.map((other) => other.name);
    const repeated = firstRepeated(tags, taken);
    if (repeated !== undefined) throw partExists("tag", repeated, name);
    const now = ctx.clock.now();
    const parts = tags.map((tag) => ({
      kind: "tag" as const,
      name: tag,
      content: {},
      createdAt: now,
      updatedAt: now,
    }));
    await metadefPartsInsert(tx, namespace.id, parts);
  });
}

/** Replaces all of the part but its age; it may get another name. */
export function partModify<Kind extends PartKind>(
  ctx: ImageCtx,
  { kind, namespace: name }: PartOf<Kind>,
  partName: string,
  changed: NewPart<Kind>,
): Promise<MetadefPart<Kind>> {
  return ctx.deps.database.transaction(async (tx) => {
    const namespace = await namespaceFetch(ctx, tx, name, rules[kind].modify);
    const before = await partFetch(tx, namespace, kind, partName);
    if (changed.name !== partName && (await metadefPartFind(tx, namespace.id, kind, changed.name))) {
      throw new CloudError(
        "already-exists",
        `Invalid update. It would result in a duplicate metadata definition ${kind} with same name=${changed.name} in namespace=${name}.`,
      );
    }
    const part = { ...before, ...changed, updatedAt: ctx.clock.now() };
    await metadefPartUpdate(tx, namespace.id, partName, part);
    return part;
  });
}

export async function partRemove(
  ctx: ImageCtx,
  { kind, namespace: name }: PartOf<PartKind>,
  partName: string,
): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    const namespace = await namespaceFetch(ctx, tx, name, rules[kind].remove);
    await partFetch(tx, namespace, kind, partName);
    requireUnprotected(namespace, `${kind} ${partName}`);
    await metadefPartDelete(tx, namespace.id, kind, partName);
  });
}

export async function partsRemove(ctx: ImageCtx, { kind, namespace: name }: PartOf<PartKind>): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    const namespace = await namespaceFetch(ctx, tx, name, ...rules[kind].removeAll);
    requireUnprotected(namespace, `namespace ${name}`);
    await metadefPartsDelete(tx, namespace.id, kind);
  });
}
