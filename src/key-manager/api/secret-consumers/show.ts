import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { secretConsumerFetch } from "../../app/secret-consumer.ts";
import { secretIdParse } from "../../domain/secret.ts";
import { secretConsumerView } from "./view.ts";

export const secretConsumerShowOperation = operation({
  handle: async (ctx: KeyManagerCtx, { params }) => {
    const { secret_id: id = "", consumer_id: consumerId = "" } = params;
    return secretConsumerView(await secretConsumerFetch(ctx, secretIdParse(id), consumerId));
  },
});
