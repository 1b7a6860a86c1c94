import { Type } from "typebox";
import { operation, Reply } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { serverStateReset } from "../../app/server-reset.ts";

const closed = { additionalProperties: false };
const state = Type.Union([Type.Literal("active"), Type.Literal("error")]);

/** POST /servers/{id}/action: os-resetState */
export const serverResetState = operation({
  body: Type.Object({ "os-resetState": Type.Object({ state }, closed) }, closed),
  handle: async (ctx: ComputeCtx, { params, body }) => {
    await serverStateReset(ctx, params["id"] ?? "", body["os-resetState"].state);
    return new Reply(202);
  },
});
