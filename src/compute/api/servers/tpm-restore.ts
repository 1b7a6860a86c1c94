import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { tpmRestore } from "../../app/tpm-vault-restore.ts";

const closed = { additionalProperties: false };
const restore = Type.Object(
  {
    generation: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }),
    reason: Type.String({ minLength: 1, maxLength: 255, pattern: "\\S" }),
  },
  closed,
);

/** POST /servers/{id}/action: sealstone:tpmRestore */
export const serverTpmRestore = operation({
  body: Type.Object({ "sealstone:tpmRestore": restore }, closed),
  handle: async (ctx: ComputeCtx, { params, body }) => ({
    generation: await tpmRestore(ctx, params["id"] ?? "", body["sealstone:tpmRestore"]),
  }),
});
