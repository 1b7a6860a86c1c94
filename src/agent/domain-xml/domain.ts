import { clockElement } from "./clock.ts";
import { consoleElement } from "./console.ts";
import { cpuElement, vcpuElement } from "./cpu.ts";
import { diskElements } from "./disk.ts";
import type { DomainHost, DomainSpec } from "./domain-spec.ts";
import { element, xmlPrint } from "./element.ts";
import { featuresElement } from "./features.ts";
import { memoryBalloonElement, memoryElement } from "./memory.ts";
import { metadataElement } from "./metadata.ts";
import { osElement } from "./os.ts";
import { rngElement } from "./rng.ts";
import { scsiElement } from "./scsi.ts";
import { sysinfoElement } from "./sysinfo.ts";
import { tpmElement } from "./tpm.ts";
import { usbElement } from "./usb.ts";

/** libvirt's definition of a server (https://libvirt.org/formatdomain.html). */
export function domainXml(spec: DomainSpec, host: DomainHost): string {
  return xmlPrint(
    element("domain", { type: host.virtType }, [
      element("name", {}, spec.instanceName),
      element("uuid", {}, spec.serverId),
      metadataElement(spec, host),
      memoryElement(spec),
      vcpuElement(spec),
      sysinfoElement(spec),
      osElement(spec, host),
      featuresElement(),
      cpuElement(spec, host),
      clockElement(host),
      element("on_poweroff", {}, "destroy"),
      element("on_reboot", {}, "restart"),
      element("on_crash", {}, "destroy"),
      element("devices", {}, [
        ...diskElements(spec, host),
        scsiElement(spec),
        usbElement(spec),
        consoleElement(host),
        tpmElement(spec),
        rngElement(),
        memoryBalloonElement(),
      ]),
    ]),
  );
}
