import { randomBytes } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { Secret } from "#base/secret.ts";

interface Account {
  readonly path: string;
  readonly user: string;
  readonly project: string;
  /** Where Keystone is: `http://127.0.0.1:8700/identity`. */
  readonly authUrl: string;
  /** Whether the user is yet to be made: only then can a password be chosen. */
  readonly fresh: boolean;
}

export interface Openrc {
  readonly password: Secret<string>;
  /** Whether the file is new, with a password that nobody had before. */
  readonly isNew: boolean;
}

/**
 * Writes the file to source for this user, mode 0600, and answers the password in it: the one that was there,
 * or a new random one. The file comes before the user does, so that no password is ever lost in between; a file that
 * its owner removed later is not made again with a password that would be wrong.
 */
export async function openrcEnsure(account: Account): Promise<Openrc> {
  const known = await passwordIn(account.path);
  const password = known ?? randomBytes(18).toString("base64url");
  if (known === undefined && !account.fresh) return { password: new Secret(password), isNew: false };
  const lines = [
    `# Sealstone: user ${account.user} of project ${account.project}. Use it by: . ${account.path}`,
    `export OS_AUTH_URL=${account.authUrl}`,
    `export OS_USERNAME=${account.user}`,
    `export OS_PASSWORD=${password}`,
    `export OS_PROJECT_NAME=${account.project}`,
    "export OS_USER_DOMAIN_NAME=Default",
    "export OS_PROJECT_DOMAIN_NAME=Default",
    "export OS_IDENTITY_API_VERSION=3",
    "export OS_REGION_NAME=RegionOne",
    "export OS_INTERFACE=public",
  ];
  await writeFile(`${account.path}.new`, `${lines.join("\n")}\n`, { mode: 0o600, flush: true });
  await rename(`${account.path}.new`, account.path);
  return { password: new Secret(password), isNew: known === undefined };
}

async function passwordIn(path: string): Promise<string | undefined> {
  try {
    return /^export OS_PASSWORD=(\S+)$/m.exec(await readFile(path, "utf8"))?.[1];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
