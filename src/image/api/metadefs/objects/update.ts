import { operation } from "#http/index.ts";
import type { ImageDeps } from "../../../app/deps.ts";
import { partModify } from "../../../app/metadef-part.ts";
import { objectBody } from "../../../domain/metadef-body.ts";
import { newObject } from "../part-body.ts";
import { objectView } from "../part-view.ts";
import { requireNoReadOnly } from "../read-only.ts";

export const updateObject = operation<ImageDeps, typeof objectBody>({
  body: objectBody,
  handle: async (ctx, { params, body }) => {
    requireNoReadOnly(body);
    const namespace = params["namespace"] ?? "";
    const objects = { kind: "object", namespace } as const;
    return objectView(await partModify(ctx, objects, params["name"] ?? "", newObject(body)), namespace);
  },
});
