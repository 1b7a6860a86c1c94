import { Type } from "typebox";
import { atLeast, operation } from "#http/index.ts";
import { providerCreate } from "../../app/provider.ts";
import type { RequestCtx } from "../../deps.ts";
import { answer, done } from "../answer.ts";
import { strict, uuidSchema } from "../schemas.ts";
import { providerPath, providerView } from "./view.ts";

const fields = { name: Type.String({ minLength: 1, maxLength: 200 }), uuid: Type.Optional(uuidSchema) };
const parent = Type.Optional(Type.Union([uuidSchema, Type.Null()]));

interface Body {
  readonly name: string;
  readonly uuid?: string;
  readonly parent_provider_uuid?: string | null;
}

/** POST /resource_providers; shows the new provider since 1.20 */
export const resourceProviderCreate = operation({
  body: [
    { from: "1.0", schema: Type.Object(fields, strict) },
    { from: "1.14", schema: Type.Object({ ...fields, parent_provider_uuid: parent }, strict) },
  ],
  async handle(ctx: RequestCtx, input) {
    const body: Body = input.body;
    const provider = await providerCreate(ctx, {
      name: body.name,
      uuid: body.uuid,
      parentUuid: body.parent_provider_uuid ?? undefined,
    });
    if (!atLeast(ctx, "1.20")) return done(ctx, 201, providerPath(provider));
    return answer(ctx, providerView(ctx, provider), {
      modifiedMs: provider.updatedAtMs,
      location: providerPath(provider),
    });
  },
});
