/** A JSON schema as the image service serves it; the definitions that `$ref` names are at its root. */
export interface ServedSchema {
  readonly name: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly definitions?: Readonly<Record<string, unknown>>;
  readonly links?: readonly { readonly rel: string; readonly href: string }[];
}

export const uuidPattern =
  "^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$";

export function text(description: string, maxLength?: number): object {
  return { type: "string", description, ...(maxLength === undefined ? {} : { maxLength }) };
}

export function uuidText(description: string): object {
  return { ...text(description), pattern: uuidPattern };
}

/** Of one thing that has these attributes and no others. */
export function schema(
  name: string,
  properties: ServedSchema["properties"],
  more: Pick<ServedSchema, "required" | "definitions"> = {},
): ServedSchema {
  return { name, properties, additionalProperties: false, ...more };
}

/** Of a list of things; `keyed` when their names are keys. */
export function collectionSchema(
  name: string,
  { definitions, ...item }: ServedSchema,
  { pages = true, keyed = false }: { readonly pages?: boolean; readonly keyed?: boolean } = {},
): ServedSchema {
  const things = keyed ? { type: "object", additionalProperties: item } : { type: "array", items: item };
  const string = { type: "string" };
  return {
    name,
    ...(definitions ? { definitions } : {}),
    properties: { [name]: things, ...(pages ? { first: string, next: string } : {}), schema: string },
    links: [
      ...(pages
        ? [
            { rel: "first", href: "{first}" },
            { rel: "next", href: "{next}" },
          ]
        : []),
      { rel: "describedby", href: "{schema}" },
    ],
  };
}
