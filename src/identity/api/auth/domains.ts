import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { domainListOfCaller } from "../../app/domain.ts";
import { domainView } from "../domains/view.ts";
import { collection } from "../links.ts";

export const authDomains = operation({
  handle: async (ctx: IdentityCtx) => {
    const items = (await domainListOfCaller(ctx)).map((domain) => domainView(ctx, domain));
    return collection(ctx, "domains", { path: "auth/domains", items });
  },
});
