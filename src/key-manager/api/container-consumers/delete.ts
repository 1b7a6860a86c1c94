import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { containerConsumerDelete } from "../../app/container-consumer.ts";
import { containerIdParse } from "../../domain/container.ts";
import { containerView } from "../containers/view.ts";
import { containerConsumerBody, containerConsumerFactsOf } from "./body.ts";

/** Which one is said in the body, as at its creation. */
export const containerConsumerDeleteOperation = operation({
  body: containerConsumerBody,
  handle: async (ctx: KeyManagerCtx, { params, body }) => {
    const id = containerIdParse(params["container_id"] ?? "");
    return containerView(ctx.baseUrl, await containerConsumerDelete(ctx, id, containerConsumerFactsOf(body)));
  },
});
