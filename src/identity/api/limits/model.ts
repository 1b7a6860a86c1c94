import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { limitModel } from "../../domain/limit.ts";

export const limitModelShow = operation({
  handle: async (_ctx: IdentityCtx) => ({ model: limitModel }),
});
