import { Type } from "typebox";
import { operation, Reply } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { serverAct, type PlainActionName } from "../../app/server.ts";

/** `{"os-start": null}`: an action without arguments. Nova takes any value. */
function plain(key: string, action: PlainActionName) {
  return operation({
    body: Type.Object({ [key]: Type.Unknown() }),
    handle: async (ctx: ComputeCtx, { params }) => {
      await serverAct(ctx, params["id"] ?? "", action);
      return new Reply(202);
    },
  });
}

export const serverStart = plain("os-start", "start");
export const serverStop = plain("os-stop", "stop");
export const serverPause = plain("pause", "pause");
export const serverUnpause = plain("unpause", "unpause");
export const serverSuspend = plain("suspend", "suspend");
export const serverResume = plain("resume", "resume");
