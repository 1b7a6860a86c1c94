import { CloudError } from "#base/errors.ts";
import { programRun, ProgramError } from "../run-program.ts";

export interface SwtpmUser {
  readonly uid: number;
  readonly gid: number;
}

/** Throws `unavailable` where the host offers no TPMs. */
export function swtpmUserRequire({ swtpmUser }: { readonly swtpmUser: SwtpmUser | undefined }): SwtpmUser {
  if (swtpmUser !== undefined) return swtpmUser;
  throw new CloudError("unavailable", "This host offers no TPMs: [libvirt] swtpm_enabled is False.");
}

/** Ids of a user and a group by name; undefined for one that the machine does not know (getent(1) asks NSS as libvirt does). */
export async function swtpmUserFind(
  user: string,
  group: string,
): Promise<{ readonly uid: number | undefined; readonly gid: number | undefined }> {
  const [uid, gid] = await Promise.all([idFind("passwd", user), idFind("group", group)]);
  return { uid, gid };
}

async function idFind(database: "passwd" | "group", name: string): Promise<number | undefined> {
  try {
    const line = await programRun("getent", [database, "--", name]);
    const id = line.split(":")[2];
    return id === undefined ? undefined : Number(id);
  } catch (error) {
    if (error instanceof ProgramError && !error.missing) return undefined;
    throw error;
  }
}
