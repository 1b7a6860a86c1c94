import type { DomainSpec } from "./domain-spec.ts";
import { element, type Element } from "./element.ts";

/** libvirt would add a controller, which a guest without USB devices probes for nothing. */
export function usbElement({ configDrive, rescue }: DomainSpec): Element {
  const used = configDrive === "usb" || rescue?.bus === "usb";
  return element("controller", { type: "usb", index: 0, model: used ? "qemu-xhci" : "none" });
}
