import type { DomainHost, DomainSpec } from "./domain-spec.ts";
import { element, type Element } from "./element.ts";

/** libvirt writes the machine's current version into the definition, so a server keeps its hardware over upgrades. */
export function osElement(
  { kernelCommandLine, rescue }: DomainSpec,
  { kernelPath, ramdiskPath }: DomainHost,
): Element {
  return element("os", {}, [
    element("type", { arch: "x86_64", machine: "pc" }, "hvm"),
    ...(kernelPath === undefined
      ? // A device that says its own order (disk.ts) allows no other word about it.
        [rescue?.stable === true ? undefined : element("boot", { dev: "hd" })]
      : [
          element("kernel", {}, kernelPath),
          ramdiskPath === undefined ? undefined : element("initrd", {}, ramdiskPath),
          element("cmdline", {}, kernelCommandLine ?? "console=ttyS0"),
        ]),
    element("smbios", { mode: "sysinfo" }),
  ]);
}
