import { Type } from "typebox";
import { operation } from "#http/index.ts";
import { providerTraitsSet as providerTraitsWrite } from "../../app/provider-trait.ts";
import type { RequestCtx } from "../../deps.ts";
import { strict } from "../schemas.ts";
import { providerTraitsAnswer } from "./view.ts";

/** PUT /resource_providers/{uuid}/traits, since 1.6 */
export const providerTraitsSet = operation({
  body: Type.Object(
    {
      traits: Type.Array(Type.String({ minLength: 1, maxLength: 255 })),
      resource_provider_generation: Type.Integer(),
    },
    strict,
  ),
  async handle(ctx: RequestCtx, { params, body }) {
    const wanted = { traits: body.traits, generation: body.resource_provider_generation };
    return providerTraitsAnswer(ctx, await providerTraitsWrite(ctx, params["uuid"] ?? "", wanted));
  },
});
