import { Type } from "typebox";
import { operation, Reply } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { serverResizeConfirm, serverResizeRevert } from "../../app/server-resize-end.ts";
import { serverResize as resize } from "../../app/server-resize.ts";
import { diskConfig } from "./create-schema.ts";

const closed = { additionalProperties: false };
const fields = Type.Object(
  {
    flavorRef: Type.Union([Type.String({ minLength: 1 }), Type.Integer()]),
    "OS-DCF:diskConfig": diskConfig,
    // Ours: without it a flavor that changes or drops the TPM is refused.
    "sealstone:tpm": Type.Optional(Type.Union([Type.Literal("keep"), Type.Literal("replace")])),
  },
  closed,
);

/** POST /servers/{id}/action {"resize": {"flavorRef": "…"}} */
export const serverResize = operation({
  body: Type.Object({ resize: fields }, closed),
  handle: async (ctx: ComputeCtx, { params, body }) => {
    const { flavorRef, "OS-DCF:diskConfig": wantedConfig, "sealstone:tpm": tpm } = body.resize;
    await resize(ctx, params["id"] ?? "", {
      flavorId: String(flavorRef),
      diskConfig: wantedConfig,
      replaceTpm: tpm === "replace",
    });
    return new Reply(202);
  },
});

/** POST /servers/{id}/action {"confirmResize": null} */
export const serverConfirmResize = operation({
  body: Type.Object({ confirmResize: Type.Unknown() }, closed),
  handle: async (ctx: ComputeCtx, { params }) => {
    await serverResizeConfirm(ctx, params["id"] ?? "");
    return new Reply(204);
  },
});

/** POST /servers/{id}/action {"revertResize": null} */
export const serverRevertResize = operation({
  body: Type.Object({ revertResize: Type.Unknown() }, closed),
  handle: async (ctx: ComputeCtx, { params }) => {
    await serverResizeRevert(ctx, params["id"] ?? "");
    return new Reply(202);
  },
});
