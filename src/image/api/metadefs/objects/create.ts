import { operation } from "#http/index.ts";
import type { ImageDeps } from "../../../app/deps.ts";
import { partAdd } from "../../../app/metadef-part.ts";
import { objectBody } from "../../../domain/metadef-body.ts";
import { newObject } from "../part-body.ts";
import { objectView } from "../part-view.ts";
import { requireNoReadOnly } from "../read-only.ts";

export const createObject = operation<ImageDeps, typeof objectBody>({
  body: objectBody,
  status: 201,
  handle: async (ctx, { params, body }) => {
    requireNoReadOnly(body);
    const namespace = params["namespace"] ?? "";
    return objectView(await partAdd(ctx, { kind: "object", namespace }, newObject(body)), namespace);
  },
});
