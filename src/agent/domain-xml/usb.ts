import { element, type Element } from "./element.ts";

/** libvirt would add a controller, which a guest without USB devices probes for nothing. */
export function usbElement(): Element {
  return element("controller", { type: "usb", index: 0, model: "none" });
}
