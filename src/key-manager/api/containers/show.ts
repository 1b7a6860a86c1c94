import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { containerFetch } from "../../app/container.ts";
import { containerIdParse } from "../../domain/container.ts";
import { containerView } from "./view.ts";

export const containerShowOperation = operation({
  handle: async (ctx: KeyManagerCtx, { params }) => {
    const found = await containerFetch(ctx, containerIdParse(params["container_id"] ?? ""));
    return containerView(ctx.baseUrl, found);
  },
});
