import { Type } from "typebox";
import { CloudError } from "#base/errors.ts";
import { atLeast, operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { secretDelete } from "../../app/secret.ts";
import { secretIdParse } from "../../domain/secret.ts";

/** From microversion 1.2 on a secret that has consumers goes only by force. */
export const secretDeleteOperation = operation({
  query: Type.Object({ force: Type.Optional(Type.String()) }),
  status: 204,
  handle: async (ctx: KeyManagerCtx, { params, query }) => {
    const id = secretIdParse(params["secret_id"] ?? "");
    const keepUsed = atLeast(ctx, "1.2") && !forceParse(query.force);
    await secretDelete(ctx, id, { keepUsed });
  },
});

/** oslo.utils' words for truth. */
function forceParse(text: string | undefined): boolean {
  const word = text?.trim().toLowerCase() ?? "false";
  if (/^(1|t|true|on|y|yes)$/.test(word)) return true;
  if (/^(0|f|false|off|n|no)$/.test(word)) return false;
  throw new CloudError("invalid", "URI provided invalid query string parameters.");
}
