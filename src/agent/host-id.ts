import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { CloudError } from "#base/errors.ts";
import { isUuid, newUuid } from "#base/ids.ts";
import { fileCreateOnce } from "./files.ts";

/** The id of this host: made at the first start, the same ever after. Throws `conflict` when the file holds none. */
export async function hostIdLoad(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const hostId = (await fileCreateOnce(path, `${newUuid()}\n`, 0o644)).trim();
  if (isUuid(hostId)) return hostId;
  throw new CloudError(
    "conflict",
    `File ${path}: expected the host's UUID, found something else. Restore the file.`,
  );
}
