import type { DomainSpec } from "./domain-spec.ts";
import { element, type Element } from "./element.ts";

/** What the guest reads by DMI: cloud-init knows an OpenStack by this product name (ds-identify). */
export function sysinfoElement({ serverId }: DomainSpec): Element {
  const entry = (name: string, value: string): Element => element("entry", { name }, value);
  return element("sysinfo", { type: "smbios" }, [
    element("system", {}, [
      entry("manufacturer", "Sealstone"),
      entry("product", "OpenStack Compute"),
      entry("serial", serverId),
      entry("uuid", serverId),
      entry("family", "Virtual Machine"),
    ]),
  ]);
}
