import { Type } from "typebox";
import { operation, Reply } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { serverForceRemove, serverRestore as restore } from "../../app/server-remove.ts";

const closed = { additionalProperties: false };

/** POST /servers/{id}/action {"restore": null}: of a server that is soft-deleted */
export const serverRestore = operation({
  body: Type.Object({ restore: Type.Unknown() }, closed),
  handle: async (ctx: ComputeCtx, { params }) => {
    await restore(ctx, params["id"] ?? "");
    return new Reply(202);
  },
});

/** POST /servers/{id}/action {"forceDelete": null}: at once, whatever [DEFAULT] reclaim_instance_interval says */
export const serverForceDelete = operation({
  body: Type.Object({ forceDelete: Type.Unknown() }, closed),
  handle: async (ctx: ComputeCtx, { params }) => {
    await serverForceRemove(ctx, params["id"] ?? "");
    return new Reply(202);
  },
});
