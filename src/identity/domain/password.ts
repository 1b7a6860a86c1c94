import { argon2, randomBytes, timingSafeEqual, type Argon2Parameters } from "node:crypto";
import type { Secret } from "#base/secret.ts";
import { wipe } from "#base/secret.ts";

/** What argon2id costs whoever guesses; memory in KiB. */
export interface PasswordCost {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** OWASP's first recommendation for argon2id: 19 MiB, two passes, one lane. */
export const recommendedPasswordCost: PasswordCost = { memory: 19_456, passes: 2, parallelism: 1 };
const saltLength = 16;
const tagLength = 32;

interface PasswordHash extends PasswordCost {
  readonly salt: Buffer;
  readonly tag: Buffer;
}

/** The PHC string (`$argon2id$v=19$m=…,t=…,p=…$salt$tag`) of a password, with a new salt. */
export async function passwordHash(password: Secret<string>, cost: PasswordCost): Promise<string> {
  const salt = randomBytes(saltLength);
  const tag = await derive(password, { ...cost, salt, tag: Buffer.alloc(tagLength) });
  const parameters = `m=${cost.memory},t=${cost.passes},p=${cost.parallelism}`;
  return `$argon2id$v=19$${parameters}$${unpadded(salt)}$${unpadded(tag)}`;
}

/** Stands in for the hash of a user who does not exist or has no password. */
const nobody = { salt: randomBytes(saltLength), tag: randomBytes(tagLength) };

/**
 * False also for `undefined` (no such user, or no password), after the work of a hash of `cost`, what those of this cloud have, so
 * that time tells nothing.
 */
export async function passwordMatches(
  phc: string | undefined,
  password: Secret<string>,
  cost: PasswordCost,
): Promise<boolean> {
  const parsed = phc === undefined ? undefined : parsePhc(phc);
  const expected = parsed ?? { ...cost, ...nobody };
  const tag = await derive(password, expected);
  return timingSafeEqual(tag, expected.tag) && parsed !== undefined;
}

function parsePhc(phc: string): PasswordHash | undefined {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(phc);
  if (!match) return undefined;
  const [, memory, passes, parallelism, salt = "", tag = ""] = match;
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, "base64"),
    tag: Buffer.from(tag, "base64"),
  };
}

function derive(password: Secret<string>, hash: PasswordHash): Promise<Buffer> {
  const message = Buffer.from(password.expose(), "utf8");
  const { memory, passes, parallelism, salt: nonce } = hash;
  const parameters: Argon2Parameters = {
    message,
    nonce,
    memory,
    passes,
    parallelism,
    tagLength: hash.tag.length,
  };
  return new Promise<Buffer>((resolve, reject) => {
    argon2("argon2id", parameters, (error, tag) => {
      wipe(message);
      if (error) reject(error);
      else resolve(tag);
    });
  });
}

function unpadded(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}
