import { Type } from "typebox";
import { atLeast, operation } from "#http/index.ts";
import { providerSave } from "../../app/provider.ts";
import type { RequestCtx } from "../../deps.ts";
import { answer } from "../answer.ts";
import { strict, uuidSchema } from "../schemas.ts";
import { providerFirst } from "./first.ts";
import { providerView } from "./view.ts";

const fields = { name: Type.String({ minLength: 1, maxLength: 200 }) };
const parent = Type.Optional(Type.Union([uuidSchema, Type.Null()]));

interface Body {
  readonly name: string;
  readonly parent_provider_uuid?: string | null;
}

/** PUT /resource_providers/{uuid}; may move a provider to another tree since 1.37 */
export const resourceProviderUpdate = operation({
  body: [
    { from: "1.0", schema: Type.Object(fields, strict) },
    { from: "1.14", schema: Type.Object({ ...fields, parent_provider_uuid: parent }, strict) },
  ],
  precede: providerFirst,
  async handle(ctx: RequestCtx, { params, body: given }) {
    const body: Body = given;
    const provider = await providerSave(ctx, params["uuid"] ?? "", {
      name: body.name,
      parentUuid: body.parent_provider_uuid,
      mayMove: atLeast(ctx, "1.37"),
    });
    return answer(ctx, providerView(ctx, provider), { modifiedMs: provider.updatedAtMs });
  },
});
