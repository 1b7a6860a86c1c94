import { Type } from "typebox";
import { CloudError } from "#base/errors.ts";
import { operation } from "#http/index.ts";
import type { ComputeCtx, ComputeDeps } from "../../app/deps.ts";
import { quotaLimitsOfCaller, serverMetadataPermit } from "../../app/quota.ts";
import { serverFetch } from "../../app/server.ts";
import { serverChangeRunning } from "../../app/server-change.ts";
import { serverMetadata } from "./create-schema.ts";

type Metadata = Readonly<Record<string, string>>;

const closed = { additionalProperties: false };
const all = Type.Object({ metadata: serverMetadata }, closed);
const rule = (name: string): string => `os_compute_api:server-metadata:${name}`;
const itemMissing = (): CloudError => new CloudError("not-found", "Metadata item was not found");

async function change(
  ctx: ComputeCtx,
  id: string,
  name: string,
  next: (metadata: Metadata) => Metadata,
): Promise<Metadata> {
  const { metadata_items: most } = await quotaLimitsOfCaller(ctx);
  const { metadata } = await serverChangeRunning(
    ctx,
    id,
    { rule: rule(name), what: `${name.startsWith("delete") ? "delete" : "update"} metadata` },
    (server) => {
      const changed = next(server.metadata);
      serverMetadataPermit(changed, most);
      return { ...server, metadata: changed };
    },
  );
  return metadata;
}

/** GET /servers/{id}/metadata */
export const metadataList = operation<ComputeDeps>({
  handle: async (ctx, { params }) => ({
    metadata: (await serverFetch(ctx, params["id"] ?? "", rule("index"))).metadata,
  }),
});

/** POST /servers/{id}/metadata: adds to what is there */
export const metadataCreate = operation({
  body: all,
  handle: async (ctx: ComputeCtx, { params, body }) => ({
    metadata: await change(ctx, params["id"] ?? "", "create", (old) => ({ ...old, ...body.metadata })),
  }),
});

/** PUT /servers/{id}/metadata: instead of what is there */
export const metadataReplace = operation({
  body: all,
  handle: async (ctx: ComputeCtx, { params, body }) => ({
    metadata: await change(ctx, params["id"] ?? "", "update_all", () => body.metadata),
  }),
});

/** GET /servers/{id}/metadata/{key} */
export const metadataShow = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    const key = params["key"] ?? "";
    const { metadata } = await serverFetch(ctx, params["id"] ?? "", rule("show"));
    if (!Object.hasOwn(metadata, key)) throw itemMissing();
    return { meta: { [key]: metadata[key] } };
  },
});

/** PUT /servers/{id}/metadata/{key} {"meta": {key: value}} */
export const metadataUpdate = operation({
  body: Type.Object({ meta: serverMetadata }, closed),
  handle: async (ctx: ComputeCtx, { params, body }) => {
    const key = params["key"] ?? "";
    const { meta } = body;
    if (Object.keys(meta).length !== 1)
      throw new CloudError(
        "invalid",
        "Invalid input for field/attribute meta. It must hold exactly one item.",
      );
    if (!Object.hasOwn(meta, key)) throw new CloudError("invalid", "Request body and URI mismatch");
    await change(ctx, params["id"] ?? "", "update", (old) => ({ ...old, ...meta }));
    return { meta };
  },
});

/** DELETE /servers/{id}/metadata/{key} */
export const metadataDelete = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    const key = params["key"] ?? "";
    await change(ctx, params["id"] ?? "", "delete", (old) => {
      if (!Object.hasOwn(old, key)) throw itemMissing();
      return Object.fromEntries(Object.entries(old).filter(([name]) => name !== key));
    });
  },
});
