import { operation, Reply } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { secretConsumerCreate } from "../../app/secret-consumer.ts";
import { secretIdParse } from "../../domain/secret.ts";
import { secretInUseView, secretRef } from "../secrets/view.ts";
import { secretConsumerBody, secretConsumerFactsOf } from "./body.ts";

/** The answer is the secret, at every microversion with its consumers. */
export const secretConsumerCreateOperation = operation({
  body: secretConsumerBody,
  handle: async (ctx: KeyManagerCtx, { params, body }) => {
    const id = secretIdParse(params["secret_id"] ?? "");
    const found = await secretConsumerCreate(ctx, id, secretConsumerFactsOf(body));
    const Location = `${secretRef(ctx.baseUrl, id)}/consumers`;
    return new Reply(200, secretInUseView(ctx.baseUrl, found), { Location });
  },
});
