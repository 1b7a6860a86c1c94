import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { mappingList } from "../../app/mapping.ts";
import { collection } from "../links.ts";
import { mappingView } from "./view.ts";

export const mappingsList = operation({
  handle: async (ctx: IdentityCtx) => {
    const items = (await mappingList(ctx)).map((mapping) => mappingView(ctx, mapping));
    return collection(ctx, "mappings", { path: "OS-FEDERATION/mappings", items });
  },
});
