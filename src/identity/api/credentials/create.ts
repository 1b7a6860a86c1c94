import { Type } from "typebox";
import { Secret } from "#base/secret.ts";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { credentialCreate as create } from "../../app/credential.ts";
import { credentialSchema } from "./schema.ts";
import { credentialView } from "./view.ts";

export const credentialCreate = operation({
  body: Type.Object({ credential: credentialSchema }),
  status: 201,
  handle: async (ctx: IdentityCtx, { body: { credential } }) => {
    const made = await create(ctx, {
      userId: credential.user_id,
      projectId: credential.project_id ?? undefined,
      type: credential.type,
      blob: new Secret(credential.blob),
    });
    return { credential: credentialView(ctx, made) };
  },
});
