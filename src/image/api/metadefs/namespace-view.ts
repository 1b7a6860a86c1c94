import { isoSeconds } from "#base/clock.ts";
import type { NamespaceContents } from "../../app/metadef-namespace.ts";
import type { MetadefAssociation, MetadefNamespace } from "../../domain/metadef.ts";
import { objectView, propertiesView } from "./part-view.ts";

/** Image API reference, "Show namespace details"; what is not set, and lists that are empty, are absent. */
export function namespaceView(namespace: MetadefNamespace): Record<string, unknown> {
  return {
    namespace: namespace.namespace,
    ...(namespace.displayName === null ? {} : { display_name: namespace.displayName }),
    ...(namespace.description === null ? {} : { description: namespace.description }),
    visibility: namespace.visibility,
    protected: namespace.isProtected,
    ...(namespace.owner === null ? {} : { owner: namespace.owner }),
    created_at: isoSeconds(namespace.createdAt),
    updated_at: isoSeconds(namespace.updatedAt),
    self: `/v2/metadefs/namespaces/${namespace.namespace}`,
    schema: "/v2/schemas/metadefs/namespace",
  };
}

export function associationView(association: MetadefAssociation): Record<string, unknown> {
  const { prefix, propertiesTarget } = association;
  return {
    name: association.resourceType,
    ...(prefix === null ? {} : { prefix }),
    ...(propertiesTarget === null ? {} : { properties_target: propertiesTarget }),
    created_at: isoSeconds(association.createdAt),
    updated_at: isoSeconds(association.updatedAt),
  };
}

export function associationsView(associations: readonly MetadefAssociation[]): Record<string, unknown> {
  return associations.length === 0 ? {} : { resource_type_associations: associations.map(associationView) };
}

/** `resourceType`: the names are those that the properties have on such a thing. */
export function contentsView(
  contents: NamespaceContents,
  namespace: string,
  resourceType?: string,
): Record<string, unknown> {
  const { associations, properties, objects, tags } = contents;
  const prefix = associations.find((one) => one.resourceType === resourceType)?.prefix ?? "";
  return {
    ...associationsView(associations),
    ...(properties.length === 0 ? {} : { properties: propertiesView(properties, prefix) }),
    ...(objects.length === 0 ? {} : { objects: objects.map((one) => objectView(one, namespace, prefix)) }),
    ...(tags.length === 0 ? {} : { tags: tags.map(({ name }) => ({ name })) }),
  };
}
