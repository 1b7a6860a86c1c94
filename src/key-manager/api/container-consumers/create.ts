import { operation, Reply } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { containerConsumerCreate } from "../../app/container-consumer.ts";
import { containerIdParse } from "../../domain/container.ts";
import { containerRef, containerView } from "../containers/view.ts";
import { containerConsumerBody, containerConsumerFactsOf } from "./body.ts";

/** The answer is the container. */
export const containerConsumerCreateOperation = operation({
  body: containerConsumerBody,
  handle: async (ctx: KeyManagerCtx, { params, body }) => {
    const id = containerIdParse(params["container_id"] ?? "");
    const found = await containerConsumerCreate(ctx, id, containerConsumerFactsOf(body));
    const Location = `${containerRef(ctx.baseUrl, id)}/consumers`;
    return new Reply(200, containerView(ctx.baseUrl, found), { Location });
  },
});
