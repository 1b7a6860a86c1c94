import { Type } from "typebox";
import { CloudError } from "#base/errors.ts";
import { operation } from "#http/index.ts";
import type { ComputeCtx, ComputeDeps } from "../../app/deps.ts";
import { imagePropertiesSet, imageShowAs } from "../../app/image-proxy.ts";

const closed = { additionalProperties: false };
const values = Type.Record(
  Type.String({ pattern: "^[a-zA-Z0-9-_:. ]{1,255}$" }),
  Type.String({ maxLength: 255 }),
  closed,
);
const all = Type.Object({ metadata: values }, closed);

/** GET /images/{id}/metadata, until 2.38 as all of these */
export const imageMetadataList = operation<ComputeDeps>({
  handle: async (ctx, { params }) => ({ metadata: (await imageShowAs(ctx, params["id"] ?? "")).properties }),
});

/** GET /images/{id}/metadata/{key} */
export const imageMetadataShow = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    const key = params["key"] ?? "";
    const { properties } = await imageShowAs(ctx, params["id"] ?? "");
    if (!Object.hasOwn(properties, key))
      throw new CloudError("not-found", "The resource could not be found.");
    return { meta: { [key]: properties[key] } };
  },
});

/** POST /images/{id}/metadata: adds to what is there */
export const imageMetadataCreate = operation({
  body: all,
  handle: async (ctx: ComputeCtx, { params, body }) => ({
    metadata: await imagePropertiesSet(ctx, params["id"] ?? "", (old) => ({ ...old, ...body.metadata })),
  }),
});

/** PUT /images/{id}/metadata: instead of what is there */
export const imageMetadataReplace = operation({
  body: all,
  handle: async (ctx: ComputeCtx, { params, body }) => ({
    metadata: await imagePropertiesSet(ctx, params["id"] ?? "", () => body.metadata),
  }),
});

/** PUT /images/{id}/metadata/{key} */
export const imageMetadataUpdate = operation({
  body: Type.Object({ meta: values }, closed),
  handle: async (ctx: ComputeCtx, { params, body }) => {
    if (!Object.hasOwn(body.meta, params["key"] ?? "") || Object.keys(body.meta).length !== 1)
      throw new CloudError("invalid", "Request body and URI mismatch");
    await imagePropertiesSet(ctx, params["id"] ?? "", (old) => ({ ...old, ...body.meta }));
    return { meta: body.meta };
  },
});

/** DELETE /images/{id}/metadata/{key} */
export const imageMetadataDelete = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    const key = params["key"] ?? "";
    await imagePropertiesSet(ctx, params["id"] ?? "", (old) => {
      if (!Object.hasOwn(old, key)) throw new CloudError("not-found", "Invalid metadata key");
      return Object.fromEntries(Object.entries(old).filter(([name]) => name !== key));
    });
  },
});
