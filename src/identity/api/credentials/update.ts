import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { credentialUpdate as update } from "../../app/credential.ts";
import { updatedId } from "../input.ts";
import { credentialChangeOf, credentialUpdateSchema } from "./schema.ts";
import { credentialView } from "./view.ts";

export const credentialUpdate = operation({
  body: Type.Object({ credential: credentialUpdateSchema }),
  handle: async (ctx: IdentityCtx, { params, body }) => {
    const id = updatedId(params, "credential_id", body.credential);
    return { credential: credentialView(ctx, await update(ctx, id, credentialChangeOf(body.credential))) };
  },
});
