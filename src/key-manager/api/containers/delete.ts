import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { containerDelete } from "../../app/container.ts";
import { containerIdParse } from "../../domain/container.ts";

export const containerDeleteOperation = operation({
  status: 204,
  handle: async (ctx: KeyManagerCtx, { params }) =>
    containerDelete(ctx, containerIdParse(params["container_id"] ?? "")),
});
