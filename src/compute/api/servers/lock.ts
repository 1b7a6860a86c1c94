import { Type } from "typebox";
import { atLeast, operation, Reply } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { serverLock as lock, serverUnlock as unlock } from "../../app/server-lock.ts";

const closed = { additionalProperties: false };
const reason = Type.Object(
  { locked_reason: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })) },
  closed,
);

/** POST /servers/{id}/action {"lock": null}, since 2.73 {"lock": {"locked_reason": "…"}} */
export const serverLock = operation({
  body: [
    { from: "2.1", schema: Type.Object({ lock: Type.Unknown() }, closed) },
    { from: "2.73", schema: Type.Object({ lock: Type.Union([reason, Type.Null()]) }, closed) },
  ],
  handle: async (ctx: ComputeCtx, { params, body }) => {
    // Below 2.73 the value may be anything and means nothing.
    const given = atLeast(ctx, "2.73") ? (body.lock as { readonly locked_reason?: string } | null) : null;
    await lock(ctx, params["id"] ?? "", given?.locked_reason ?? null);
    return new Reply(202);
  },
});

/** POST /servers/{id}/action {"unlock": null} */
export const serverUnlock = operation({
  body: Type.Object({ unlock: Type.Unknown() }, closed),
  handle: async (ctx: ComputeCtx, { params }) => {
    await unlock(ctx, params["id"] ?? "");
    return new Reply(202);
  },
});
