import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { consoleOutput } from "../../app/console.ts";

const closed = { additionalProperties: false };
/** More lines than a console has, and few enough digits to be a number. */
const maximum = 2_147_483_647;
const length = Type.Optional(
  Type.Union([
    Type.Integer({ minimum: -1, maximum }),
    Type.String({ pattern: "^(-0*1|-0+|0*[0-9]{1,9})$" }),
    Type.Null(),
  ]),
);

/** POST /servers/{id}/action {"os-getConsoleOutput": {"length": 50}}; -1 and null: all of it */
export const serverConsoleOutput = operation({
  body: Type.Object({ "os-getConsoleOutput": Type.Object({ length }, closed) }, closed),
  handle: async (ctx: ComputeCtx, { params, body }) => {
    const asked = body["os-getConsoleOutput"].length ?? -1;
    const lines = Number(asked) < 0 ? undefined : Number(asked);
    return { output: await consoleOutput(ctx, params["id"] ?? "", lines) };
  },
});
