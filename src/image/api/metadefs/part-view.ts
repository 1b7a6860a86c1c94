import { isoSeconds } from "#base/clock.ts";
import type { MetadefPart } from "../../domain/metadef-part.ts";

function times({ createdAt, updatedAt }: MetadefPart): Record<string, string> {
  return { created_at: isoSeconds(createdAt), updated_at: isoSeconds(updatedAt) };
}

/** Image API reference, "Show object"; with `prefix` as the properties stand on a thing of a resource type. */
export function objectView(
  object: MetadefPart<"object">,
  namespace: string,
  prefix = "",
): Record<string, unknown> {
  const { description, required, properties } = object.content;
  return {
    name: object.name,
    ...(description === null ? {} : { description }),
    required: required.map((name) => prefix + name),
    properties: prefixed(Object.entries(properties), prefix),
    ...times(object),
    self: `/v2/metadefs/namespaces/${namespace}/objects/${object.name}`,
    schema: "/v2/schemas/metadefs/object",
  };
}

export function propertyView(property: MetadefPart<"property">): Record<string, unknown> {
  return { name: property.name, ...property.content };
}

/** Where the name is the key. */
export function propertiesView(
  properties: readonly MetadefPart<"property">[],
  prefix = "",
): Record<string, unknown> {
  return prefixed(
    properties.map(({ name, content }) => [name, content]),
    prefix,
  );
}

export function tagView(tag: MetadefPart<"tag">): Record<string, unknown> {
  return { name: tag.name, ...times(tag) };
}

function prefixed(entries: readonly (readonly [string, unknown])[], prefix: string): Record<string, unknown> {
  return Object.fromEntries(entries.map(([name, value]) => [prefix + name, value]));
}
