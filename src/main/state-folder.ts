import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, realpath, rename, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { CloudError, errorText } from "#base/errors.ts";

/** The state directory of one cloud, held by this process alone. */
export interface StateFolder {
  readonly path: string;
  /** Eight hex digits, made once: tells this cloud's domains and folders on a machine from another's. */
  readonly cloudId: string;
  release(): Promise<void>;
}

/**
 * Makes the directory (0700) when it is new. Throws `conflict` while another process works on it, and `invalid` for one that
 * cannot be made or holds something else: it would be closed to everybody.
 */
export async function stateFolderOpen(wanted: string): Promise<StateFolder> {
  const path = await folderEnsure(wanted).catch((cause: unknown) => {
    throw new CloudError("invalid", `--state-path ${wanted} cannot be used: ${errorText(cause)}.`, { cause });
  });
  const strange = (await readdir(path)).filter((name) => !ownNames.has(name));
  if (strange.length > 0 && !existsSync(join(path, "cloud-id"))) {
    throw new CloudError(
      "invalid",
      `--state-path ${wanted} is no state directory of Sealstone and not empty (${strange.slice(0, 3).join(", ")}): choose an empty or a new one.`,
    );
  }
  await chmod(path, 0o700);
  const lock = await lockTake(path);
  return {
    path,
    cloudId: await cloudIdLoad(path),
    release: () => new Promise((resolve) => lock.close(() => resolve())),
  };
}

/** What may be in a state directory before its first start. */
const ownNames = new Set(["sealstone.conf", "policy.yaml", "openrc", "openrc-demo", "cloud-id.new"]);

async function folderEnsure(wanted: string): Promise<string> {
  await mkdir(wanted, { recursive: true, mode: 0o700 });
  return realpath(wanted);
}

/** A name in the kernel (an abstract unix socket): it is gone with the process, however that ends. */
async function lockTake(path: string): Promise<Server> {
  const name = `\0sealstone-state-${createHash("sha256").update(path).digest("hex")}`;
  const server = createServer((connection) => connection.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      reject(
        cause.code === "EADDRINUSE"
          ? new CloudError(
              "conflict",
              `Another Sealstone process works on ${path}: stop it, or choose another --state-path.`,
            )
          : cause,
      );
    });
    server.listen(name, resolve);
  });
  server.unref();
  return server;
}

async function cloudIdLoad(folder: string): Promise<string> {
  const path = join(folder, "cloud-id");
  const known = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (known !== undefined && /^[0-9a-f]{8}$/.test(known.trim())) return known.trim();
  const made = randomBytes(4).toString("hex");
  await writeFile(`${path}.new`, `${made}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
  return made;
}
