import { CloudError } from "#base/errors.ts";
import type { MetadefPart } from "../domain/metadef-part.ts";
import type { ImageCtx } from "./deps.ts";
import { partList, partShow } from "./metadef-part.ts";
import { associationFetch } from "./metadef-resource-type.ts";

/** `resourceType`: the name is meant as it stands on such a thing, with the prefix of the association. */
export async function propertyShow(
  ctx: ImageCtx,
  namespace: string,
  name: string,
  resourceType: string | undefined,
): Promise<MetadefPart<"property">> {
  const properties = { kind: "property", namespace } as const;
  if (resourceType === undefined) return partShow(ctx, properties, name);
  const { prefix } = await associationFetch(ctx, ctx.deps.database.db, namespace, resourceType);
  if (prefix !== null && prefix !== "" && name.startsWith(prefix))
    return partShow(ctx, properties, name.slice(prefix.length));
  throw new CloudError(
    "not-found",
    `Property ${name} does not start with the expected resource type association prefix of '${prefix ?? "None"}'.`,
  );
}

export function propertyList(ctx: ImageCtx, namespace: string): Promise<readonly MetadefPart<"property">[]> {
  const all = { limit: undefined, marker: undefined, sortKey: "name", direction: "asc" } as const;
  return partList(ctx, { kind: "property", namespace }, all);
}
