import { element, type Element } from "./element.ts";

/** ACPI carries the power button, by which a guest is asked to shut down or reboot. */
export function featuresElement(): Element {
  return element("features", {}, [element("acpi"), element("apic")]);
}
