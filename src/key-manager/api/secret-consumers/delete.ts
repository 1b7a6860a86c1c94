import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { secretConsumerDelete } from "../../app/secret-consumer.ts";
import { secretIdParse } from "../../domain/secret.ts";
import { secretInUseView } from "../secrets/view.ts";
import { secretConsumerBody, secretConsumerFactsOf } from "./body.ts";

/** Which one is said in the body, as at its creation. */
export const secretConsumerDeleteOperation = operation({
  body: secretConsumerBody,
  handle: async (ctx: KeyManagerCtx, { params, body }) => {
    const id = secretIdParse(params["secret_id"] ?? "");
    return secretInUseView(ctx.baseUrl, await secretConsumerDelete(ctx, id, secretConsumerFactsOf(body)));
  },
});
