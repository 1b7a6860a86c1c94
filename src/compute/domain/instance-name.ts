import type { Server } from "./server.ts";

/** The libvirt domain's name; unique over all clouds on one libvirt. */
export function instanceNameOf(server: Pick<Server, "id">): string {
  return `instance-${server.id}`;
}
