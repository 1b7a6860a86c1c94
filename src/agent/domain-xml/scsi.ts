import type { DomainSpec } from "./domain-spec.ts";
import { element, type Element } from "./element.ts";

/** For disks that ask for SCSI: the controller that guests have drivers for; libvirt's own choice is an old one. */
export function scsiElement({ configDrive, rescue }: DomainSpec): Element | undefined {
  if (configDrive !== "scsi" && rescue?.bus !== "scsi") return undefined;
  return element("controller", { type: "scsi", index: 0, model: "virtio-scsi" });
}
