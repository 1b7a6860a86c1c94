import { Type } from "typebox";
import { operation, Reply } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { serverAct } from "../../app/server.ts";

const closed = { additionalProperties: false };
const kind = Type.Enum(["HARD", "Hard", "hard", "SOFT", "Soft", "soft"]);

/** POST /servers/{id}/action {"reboot": {"type": "HARD"}} */
export const serverReboot = operation({
  body: Type.Object({ reboot: Type.Object({ type: kind }, closed) }, closed),
  handle: async (ctx: ComputeCtx, { params, body }) => {
    const action = body.reboot.type.toLowerCase() === "hard" ? "hard-reboot" : "soft-reboot";
    await serverAct(ctx, params["id"] ?? "", action);
    return new Reply(202);
  },
});
