import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { preferredStoreChoose } from "../../app/secret-store.ts";

/** The project's new secrets go there. */
export const secretStoreChooseOperation = operation({
  status: 204,
  handle: async (ctx: KeyManagerCtx, { params }) => preferredStoreChoose(ctx, params["store_id"] ?? ""),
});
