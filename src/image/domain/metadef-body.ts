import { Type } from "typebox";
import type { MetadefVisibility } from "./metadef.ts";
import type { PropertyDefinition } from "./metadef-part.ts";
import {
  namespaceSchema,
  objectSchema,
  propertySchema,
  resourceTypeSchema,
  tagSchema,
} from "./metadef-schema.ts";
import type { ServedSchema } from "./schema.ts";

/** What is read-only passes whatever it is, so that it is refused as such. */
function bodyOf<Body>(served: ServedSchema) {
  const readable = Object.entries(served.properties).map(([key, value]) =>
    Object.hasOwn(value as object, "readOnly") ? [key, {}] : [key, value],
  );
  return Type.Unsafe<Body>({ type: "object", ...served, properties: Object.fromEntries(readable) });
}

interface Definitions {
  readonly [name: string]: PropertyDefinition;
}
export interface AssociationBody {
  readonly name: string;
  readonly prefix?: string;
  readonly properties_target?: string;
}
export interface ObjectBody {
  readonly name: string;
  readonly description?: string;
  readonly required?: readonly string[];
  readonly properties?: Definitions;
}
export interface NamespaceBody {
  readonly namespace: string;
  readonly display_name?: string;
  readonly description?: string;
  readonly visibility?: MetadefVisibility;
  readonly protected?: boolean;
  readonly owner?: string;
  readonly resource_type_associations?: readonly AssociationBody[];
  readonly properties?: Definitions;
  readonly objects?: readonly ObjectBody[];
  readonly tags?: readonly { readonly name: string }[];
}

export const namespaceBody = bodyOf<NamespaceBody>(namespaceSchema);
export const associationBody = bodyOf<AssociationBody>(resourceTypeSchema);
export const objectBody = bodyOf<ObjectBody>(objectSchema);
export const propertyBody = bodyOf<PropertyDefinition & { readonly name: string }>(propertySchema);
export const tagBody = bodyOf<{ readonly name: string }>(tagSchema);

/** Of many tags at once. */
export const tagsBody = Type.Object(
  {
    tags: Type.Array(
      Type.Object({ name: Type.String({ minLength: 1, maxLength: 80 }) }, { additionalProperties: false }),
    ),
  },
  { additionalProperties: false },
);
