import type { Static } from "typebox";
import type { commands } from "#bus/index.ts";
import type { Server } from "../domain/server.ts";

/** What a host is told of the root disk that it makes from the server's image. */
export function rootDiskOf({ id, image, flavor }: Server): Static<typeof commands.disksCreate.request> {
  const { disk, kernel, ramdisk } = image;
  return {
    serverId: id,
    image: disk,
    rootGiB: flavor.rootGiB,
    ...(kernel === undefined ? {} : { kernel }),
    ...(ramdisk === undefined ? {} : { ramdisk }),
  };
}
