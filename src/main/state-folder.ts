import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, realpath, rename, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { CloudError } from "#base/errors.ts";

/** The state directory of one cloud, held by this process alone. */
export interface StateFolder {
  readonly path: string;
  /** Eight hex digits, made once: tells this cloud's domains and folders on a machine from another's. */
  readonly cloudId: string;
  release(): Promise<void>;
}

/** Makes the directory (0700) when it is new. Throws `conflict` while another process works on it. */
export async function stateFolderOpen(wanted: string): Promise<StateFolder> {
  await mkdir(wanted, { recursive: true, mode: 0o700 });
  const path = await realpath(wanted);
  await chmod(path, 0o700);
  const lock = await lockTake(path);
  return {
    path,
    cloudId: await cloudIdLoad(path),
    release: () => new Promise((resolve) => lock.close(() => resolve())),
  };
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
