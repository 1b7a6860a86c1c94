import { operation, Reply } from "#http/index.ts";
import type { ImageDeps } from "../app/deps.ts";

/** 2.6 brought the discovery of import methods, 2.7 hidden images and `os_hash_value`. */
const versions = ["v2.7", "v2.6", "v2.5", "v2.4", "v2.3", "v2.2", "v2.1", "v2.0"];

/** Glance answers 300 at its root and 200 at `/versions`. */
function versionsAt(status: number): ReturnType<typeof operation<ImageDeps>> {
  return operation<ImageDeps>({
    handle: async (ctx) =>
      new Reply(status, {
        versions: versions.map((id, at) => ({
          id,
          status: at === 0 ? "CURRENT" : "SUPPORTED",
          links: [{ rel: "self", href: `${ctx.baseUrl}/v2/` }],
        })),
      }),
  });
}

export const versionsChoose = versionsAt(300);
export const versionsList = versionsAt(200);
