import type { NewContents, NewNamespace } from "../../app/metadef-namespace.ts";
import type { NewAssociation } from "../../app/metadef-resource-type.ts";
import type { AssociationBody, NamespaceBody } from "../../domain/metadef-body.ts";
import { newObject, newProperty } from "./part-body.ts";

export function newNamespace(body: NamespaceBody): NewNamespace {
  return {
    namespace: body.namespace,
    displayName: body.display_name ?? null,
    description: body.description ?? null,
    visibility: body.visibility ?? "private",
    isProtected: body.protected ?? false,
    owner: body.owner,
  };
}

export function newAssociation(body: AssociationBody): NewAssociation {
  return {
    resourceType: body.name,
    prefix: body.prefix ?? null,
    propertiesTarget: body.properties_target ?? null,
  };
}

export function newContents(body: NamespaceBody): NewContents {
  return {
    associations: (body.resource_type_associations ?? []).map(newAssociation),
    properties: Object.entries(body.properties ?? {}).map(([name, definition]) =>
      newProperty({ ...definition, name }),
    ),
    objects: (body.objects ?? []).map(newObject),
    tags: (body.tags ?? []).map(({ name }) => ({ name, content: {} })),
  };
}
