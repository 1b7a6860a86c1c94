import { route, type Route } from "#http/index.ts";
import { createNamespace } from "./api/metadefs/namespaces/create.ts";
import { deleteNamespace } from "./api/metadefs/namespaces/delete.ts";
import { listNamespaces } from "./api/metadefs/namespaces/list.ts";
import { showNamespace } from "./api/metadefs/namespaces/show.ts";
import { updateNamespace } from "./api/metadefs/namespaces/update.ts";
import { createObject } from "./api/metadefs/objects/create.ts";
import { listObjects } from "./api/metadefs/objects/list.ts";
import { showObject } from "./api/metadefs/objects/show.ts";
import { updateObject } from "./api/metadefs/objects/update.ts";
import { deletePart, deleteParts } from "./api/metadefs/part-delete.ts";
import { createProperty } from "./api/metadefs/properties/create.ts";
import { listProperties } from "./api/metadefs/properties/list.ts";
import { showProperty } from "./api/metadefs/properties/show.ts";
import { updateProperty } from "./api/metadefs/properties/update.ts";
import { associate } from "./api/metadefs/resource-types/associate.ts";
import { listAssociations } from "./api/metadefs/resource-types/associations.ts";
import { dissociate } from "./api/metadefs/resource-types/dissociate.ts";
import { listResourceTypes } from "./api/metadefs/resource-types/list.ts";
import { createTag } from "./api/metadefs/tags/create.ts";
import { listTags } from "./api/metadefs/tags/list.ts";
import { setTags } from "./api/metadefs/tags/set.ts";
import { showTag } from "./api/metadefs/tags/show.ts";
import { updateTag } from "./api/metadefs/tags/update.ts";
import type { ImageDeps } from "./app/deps.ts";
import type { MetadefRule } from "./app/metadef-authorization.ts";

const namespaces = "/v2/metadefs/namespaces";
const namespace = `${namespaces}/:namespace`;
const types = `${namespace}/resource_types`;
const objects = `${namespace}/objects`;
const properties = `${namespace}/properties`;
const tags = `${namespace}/tags`;

/** The rule is about the namespace, which the app must read first. */
function inside(policy: MetadefRule) {
  return { policy, enforcedByApp: true };
}

/** Metadata definitions, a part of the Image API v2. */
export const metadefRoutes: readonly Route<ImageDeps>[] = [
  route("GET", "/v2/metadefs/resource_types", listResourceTypes, { policy: "list_metadef_resource_types" }),
  route("GET", types, listAssociations, inside("list_metadef_resource_types")),
  route("POST", types, associate, inside("add_metadef_resource_type_association")),
  route("DELETE", `${types}/:resource_type`, dissociate, inside("remove_metadef_resource_type_association")),

  route("GET", namespaces, listNamespaces, { policy: "get_metadef_namespaces" }),
  route("POST", namespaces, createNamespace, { policy: "add_metadef_namespace" }),
  route("GET", namespace, showNamespace, inside("get_metadef_namespace")),
  route("PUT", namespace, updateNamespace, inside("modify_metadef_namespace")),
  route("DELETE", namespace, deleteNamespace, inside("delete_metadef_namespace")),

  route("GET", objects, listObjects, inside("get_metadef_objects")),
  route("POST", objects, createObject, inside("add_metadef_object")),
  route("DELETE", objects, deleteParts("object"), inside("delete_metadef_namespace")),
  route("GET", `${objects}/:name`, showObject, inside("get_metadef_object")),
  route("PUT", `${objects}/:name`, updateObject, inside("modify_metadef_object")),
  route("DELETE", `${objects}/:name`, deletePart("object"), inside("delete_metadef_object")),

  route("GET", properties, listProperties, inside("get_metadef_properties")),
  route("POST", properties, createProperty, inside("add_metadef_property")),
  route("DELETE", properties, deleteParts("property"), inside("delete_metadef_namespace")),
  route("GET", `${properties}/:name`, showProperty, inside("get_metadef_property")),
  route("PUT", `${properties}/:name`, updateProperty, inside("modify_metadef_property")),
  route("DELETE", `${properties}/:name`, deletePart("property"), inside("remove_metadef_property")),

  route("GET", tags, listTags, inside("get_metadef_tags")),
  route("POST", tags, setTags, inside("add_metadef_tags")),
  route("DELETE", tags, deleteParts("tag"), inside("delete_metadef_tags")),
  route("GET", `${tags}/:name`, showTag, inside("get_metadef_tag")),
  route("POST", `${tags}/:name`, createTag, inside("add_metadef_tag")),
  route("PUT", `${tags}/:name`, updateTag, inside("modify_metadef_tag")),
  route("DELETE", `${tags}/:name`, deletePart("tag"), inside("delete_metadef_tag")),
];
