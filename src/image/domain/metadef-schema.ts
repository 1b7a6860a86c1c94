import { collectionSchema, schema, text, type ServedSchema } from "./schema.ts";

const string = { type: "string" };
const boolean = { type: "boolean" };
const number = { type: "number" };
const array = { type: "array" };
const readOnlyText = { ...string, readOnly: true };
const readOnlyTime = (description: string): object => ({
  ...text(description),
  readOnly: true,
  format: "date-time",
});
const name = (description: string): object => ({ ...text(description, 80), minLength: 1 });
const valueType = {
  type: "string",
  enum: ["array", "boolean", "integer", "number", "object", "string", null],
};
const count = { $ref: "#/definitions/positiveInteger" };
const countFrom0 = { $ref: "#/definitions/positiveIntegerDefault0" };
const names = { $ref: "#/definitions/stringArray" };
const properties = { $ref: "#/definitions/property" };

/** What a definition of a property may say: the part of JSON schema that Glance knows, and `operators`. */
const definition = {
  name: { ...string, maxLength: 80 },
  title: string,
  description: string,
  operators: { ...array, items: string },
  type: valueType,
  required: names,
  minimum: number,
  maximum: number,
  maxLength: count,
  minLength: countFrom0,
  pattern: { ...string, format: "regex" },
  enum: array,
  readonly: boolean,
  default: {},
  items: { type: "object", properties: { type: valueType, enum: array } },
  maxItems: count,
  minItems: countFrom0,
  uniqueItems: { ...boolean, default: false },
  additionalItems: boolean,
};

const counts = {
  positiveInteger: { type: "integer", minimum: 0 },
  positiveIntegerDefault0: { allOf: [count, { default: 0 }] },
  stringArray: { ...array, items: string, uniqueItems: true },
};
const definitions = {
  ...counts,
  property: {
    type: "object",
    additionalProperties: { type: "object", required: ["title", "type"], properties: definition },
  },
};

export const resourceTypeSchema = schema(
  "resource_type_association",
  {
    name: name("The type of what has the metadata, as Heat names it: OS::Nova::Flavor"),
    prefix: text("Goes before the names of the properties on such a thing, with its separator", 80),
    properties_target: text("Which metadata is meant, where a thing has several: image, user", 80),
    created_at: readOnlyTime("When the type was associated"),
    updated_at: readOnlyTime("When the association last changed"),
  },
  { required: ["name"] },
);

export const propertySchema = schema("property", definition, {
  required: ["type", "title", "name"],
  definitions: counts,
});

export const objectSchema = schema(
  "object",
  {
    name: name("What the object is called in its namespace"),
    description: text("What its properties together are for"),
    required: names,
    properties,
    schema: readOnlyText,
    self: readOnlyText,
    created_at: readOnlyTime("When the object was made"),
    updated_at: readOnlyTime("When the object last changed"),
  },
  { required: ["name"], definitions },
);

export const tagSchema = schema(
  "tag",
  {
    name: name("The tag"),
    created_at: readOnlyTime("When the tag was made"),
    updated_at: readOnlyTime("When the tag last changed"),
  },
  { required: ["name"] },
);

const ofNamespace = {
  namespace: name("What the namespace is called; no other has this name"),
  display_name: text("What people call it", 80),
  description: text("What the definitions are for", 500),
  visibility: { ...text("Who sees the namespace"), enum: ["public", "private"] },
  protected: { ...boolean, description: "If true, namespace will not be deletable." },
  owner: text("The project that the namespace belongs to", 255),
  created_at: readOnlyTime("When the namespace was made"),
  updated_at: readOnlyTime("When the namespace last changed"),
  schema: readOnlyText,
  self: readOnlyText,
  resource_type_associations: {
    ...array,
    items: {
      type: "object",
      required: ["name"],
      properties: { name: name("The type"), prefix: string, properties_target: string },
    },
  },
  properties,
  objects: {
    ...array,
    items: {
      type: "object",
      required: ["name"],
      properties: { name: name("The object"), description: string, required: names, properties },
    },
  },
  tags: { ...array, items: { type: "object", required: ["name"], properties: { name: name("The tag") } } },
};

export const namespaceSchema = schema("namespace", ofNamespace, { required: ["namespace"], definitions });

/** Glance's collections, by the last word of their URL. */
export const metadefSchemas: Readonly<Record<string, ServedSchema>> = {
  namespace: namespaceSchema,
  namespaces: collectionSchema("namespaces", namespaceSchema),
  resource_type: resourceTypeSchema,
  resource_types: collectionSchema("resource_type_associations", resourceTypeSchema),
  object: objectSchema,
  objects: collectionSchema("objects", objectSchema),
  property: propertySchema,
  properties: collectionSchema(
    "properties",
    { ...propertySchema, required: ["type", "title"] },
    { keyed: true },
  ),
  tag: tagSchema,
  tags: collectionSchema("tags", tagSchema),
};
