import { operation } from "#http/index.ts";
import type { ImageDeps } from "../../app/deps.ts";
import { partRemove, partsRemove } from "../../app/metadef-part.ts";
import type { PartKind } from "../../domain/metadef-part.ts";

/** DELETE of one object, property or tag. */
export function deletePart(kind: PartKind): ReturnType<typeof operation<ImageDeps>> {
  return operation<ImageDeps>({
    handle: (ctx, { params }) =>
      partRemove(ctx, { kind, namespace: params["namespace"] ?? "" }, params["name"] ?? ""),
  });
}

/** DELETE of all objects, properties or tags of a namespace. */
export function deleteParts(kind: PartKind): ReturnType<typeof operation<ImageDeps>> {
  return operation<ImageDeps>({
    handle: (ctx, { params }) => partsRemove(ctx, { kind, namespace: params["namespace"] ?? "" }),
  });
}
