import type { DomainHost } from "./domain-spec.ts";
import { element, type Element } from "./element.ts";

/** The root disk; `cache=none` as Nova has it wherever the file system allows. */
export function diskElement({ diskPath, directIo }: DomainHost): Element {
  const cache = directIo ? { cache: "none", io: "native" } : { cache: "writeback" };
  return element("disk", { type: "file", device: "disk" }, [
    element("driver", { name: "qemu", type: "qcow2", ...cache, discard: "unmap" }),
    element("source", { file: diskPath }),
    element("target", { dev: "vda", bus: "virtio" }),
  ]);
}
