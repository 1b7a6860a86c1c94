import { Type } from "typebox";
import { operation, Reply } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { transportKeyCreate } from "../../app/transport-key.ts";
import { transportKeyRef } from "./view.ts";

/** barbican.common.validators.NewTransportKeyValidator: unknown fields are let through. */
export const transportKeyCreateOperation = operation({
  body: Type.Object(
    {
      plugin_name: Type.String({ minLength: 1, maxLength: 255 }),
      transport_key: Type.String({ minLength: 1, maxLength: 20_000 }),
    },
    { title: "Transport Key" },
  ),
  handle: async (ctx: KeyManagerCtx, { body }) => {
    const given = { pluginName: body.plugin_name.trim(), transportKey: body.transport_key.trim() };
    const ref = transportKeyRef(ctx.baseUrl, (await transportKeyCreate(ctx, given)).id);
    return new Reply(201, { transport_key_ref: ref }, { Location: ref });
  },
});
