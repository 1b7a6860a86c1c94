import type { Secret } from "#base/secret.ts";
import { totpMatches } from "../domain/totp.ts";
import { credentialList } from "../store/credentials.ts";
import type { IdentityCtx } from "./context.ts";
import { credentialOpen } from "./credential-box.ts";

/** Whether one of the user's generators gives this code now. */
export async function totpVerify(
  ctx: IdentityCtx,
  userId: string,
  passcode: Secret<string>,
): Promise<boolean> {
  for (const credential of await credentialList(ctx.deps.database.db, { userId, type: "totp" })) {
    const { blob } = await credentialOpen(ctx, credential);
    if (totpMatches(blob.expose(), passcode.expose(), ctx.clock.now())) return true;
  }
  return false;
}
