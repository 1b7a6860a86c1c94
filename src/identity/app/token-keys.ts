import { createSecretKey, randomBytes, type KeyObject } from "node:crypto";
import { CloudError } from "#base/errors.ts";
import { wipe, type Secret } from "#base/secret.ts";
import type { Database, Kept } from "#db/index.ts";
import type { SecretBox } from "#key-manager/index.ts";
import { sealedContext } from "../domain/sealed-context.ts";
import { tokenTextOpen, tokenTextSign, type TokenKey } from "../domain/token-text.ts";
import type { TokenClaims } from "../domain/token.ts";
import { tokenKeyDeleteExpired, tokenKeyInsert, tokenKeyList } from "../store/token-keys.ts";
import type { IdentityDeps } from "./context.ts";

/** A key signs new tokens for so long; it goes when the last of them has expired. */
const signsForMs = 24 * 3_600_000;
const keyBytes = 32;

type Deps = Pick<
  IdentityDeps,
  "database" | "clock" | "box" | "tokenKeys" | "tokenLifetimeMs" | "allowExpiredMs"
>;

/** All keys, the newest first, under the key `all`: as key objects, like the master key that would open their boxes. */
export function tokenKeysKept(database: Database, box: SecretBox): Kept<readonly TokenKey[]> {
  return database.kept({
    dependsOn: ({ table }) => table === "identity_token_keys",
    load: async (_all, db) =>
      Promise.all(
        (await tokenKeyList(db)).map(async ({ id, box: sealed, signsUntil, expiresAt }) => ({
          id,
          key: keyObject(await box.open(sealed, sealedContext.tokenKey(id))),
          signsUntil,
          expiresAt,
        })),
      ),
    limit: 1,
  });
}

function keyObject(bytes: Buffer): KeyObject {
  try {
    return createSecretKey(bytes);
  } finally {
    wipe(bytes);
  }
}

/** The claims of a token's text; undefined when no key of this cloud signed it. What they are good for now is another question. */
export async function tokenOpen(
  { tokenKeys }: Pick<Deps, "tokenKeys">,
  text: string,
): Promise<TokenClaims | undefined> {
  return tokenTextOpen((await tokenKeys.get("all")) ?? [], text);
}

export async function tokenSign(deps: Deps, claims: TokenClaims): Promise<Secret<string>> {
  return tokenTextSign(await signingKey(deps, claims), claims);
}

/** The same for a receipt, which is good for no request. */
export async function receiptSign(deps: Deps, claims: TokenClaims): Promise<Secret<string>> {
  return tokenTextSign(await signingKey(deps, claims), claims, "receipt");
}

export async function receiptOpen(
  { tokenKeys }: Pick<Deps, "tokenKeys">,
  text: string,
): Promise<TokenClaims | undefined> {
  return tokenTextOpen((await tokenKeys.get("all")) ?? [], text, "receipt");
}

async function signingKey(deps: Deps, claims: TokenClaims): Promise<TokenKey> {
  const now = deps.clock.now();
  const good = (key: TokenKey): boolean => canSign(key, claims, now);
  let key = (await deps.tokenKeys.get("all"))?.find(good);
  if (!key) {
    await keyEnsure(deps, claims);
    key = (await deps.tokenKeys.get("all"))?.find(good);
  }
  if (key) return key;
  throw new CloudError("bug", "An internal error occurred.", { detail: "no key to sign a token with" });
}

function canSign(
  { signsUntil, expiresAt }: Pick<TokenKey, "signsUntil" | "expiresAt">,
  claims: TokenClaims,
  now: number,
): boolean {
  return signsUntil > now && expiresAt >= claims.expiresAt;
}

/** One for all that ask at once, other control planes among them. */
async function keyEnsure(deps: Deps, claims: TokenClaims): Promise<void> {
  const now = deps.clock.now();
  const id = randomBytes(6).toString("base64url");
  const bytes = randomBytes(keyBytes);
  const sealed = await deps.box.seal(bytes, sealedContext.tokenKey(id)).finally(() => wipe(bytes));
  const longest = Math.max(claims.expiresAt, now + deps.tokenLifetimeMs);
  await deps.database.transaction(async (tx) => {
    if ((await tokenKeyList(tx)).some((one) => canSign(one, claims, now))) return;
    await tokenKeyDeleteExpired(tx, now - deps.allowExpiredMs);
    const [signsUntil, expiresAt] = [now + signsForMs, longest + signsForMs];
    await tokenKeyInsert(tx, { id, box: await sealed.text(tx), signsUntil, expiresAt });
  });
}
