import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { containerConsumerFetch } from "../../app/container-consumer.ts";
import { containerIdParse } from "../../domain/container.ts";
import { containerConsumerView } from "./view.ts";

export const containerConsumerShowOperation = operation({
  handle: async (ctx: KeyManagerCtx, { params }) => {
    const { container_id: id = "", consumer_id: consumerId = "" } = params;
    return containerConsumerView(await containerConsumerFetch(ctx, containerIdParse(id), consumerId));
  },
});
