import type { NewPart } from "../../domain/metadef-part.ts";
import type { ObjectBody } from "../../domain/metadef-body.ts";

export function newObject(body: ObjectBody): NewPart<"object"> {
  const { name, description = null, required = [], properties = {} } = body;
  return { name, content: { description, required, properties } };
}

export function newProperty({
  name,
  ...content
}: Readonly<Record<string, unknown>> & { readonly name: string }): NewPart<"property"> {
  return { name, content };
}
