import type { DiskBus } from "#bus/index.ts";
import { CloudError } from "#base/errors.ts";

type Properties = Readonly<Record<string, string>>;

/** What a disk or a CD can be attached to (nova.virt.libvirt.blockinfo.SUPPORTED_DEVICE_BUSES, for QEMU and KVM). */
const diskBuses: readonly DiskBus[] = ["virtio", "ide", "sata", "scsi", "usb"];

/** nova.virt.libvirt.blockinfo.get_disk_bus_for_device_type of a CD: the image says, or the machine type has. */
export function cdBus({ hw_cdrom_bus: bus }: Properties): DiskBus {
  return diskBuses.find((known) => known === bus) ?? "ide";
}

/** How a rescue image is attached. */
export interface RescueDevice {
  readonly device: "disk" | "cdrom";
  readonly bus: DiskBus;
  /** The server's own devices keep their places: the image has `hw_rescue_device` or `hw_rescue_bus`. */
  readonly stable: boolean;
}

/** Throws `invalid` for a device or a bus that there is not, where Nova finds out on the host. */
export function rescueDeviceOf(properties: Properties): RescueDevice {
  const { hw_rescue_device: device = "disk", hw_rescue_bus: asked } = properties;
  const stable = properties["hw_rescue_device"] !== undefined || asked !== undefined;
  if (device !== "disk" && device !== "cdrom")
    throw new CloudError("invalid", `Requested rescue device '${device}' is not supported`);
  if (asked === undefined) return { device, bus: device === "cdrom" ? cdBus(properties) : "virtio", stable };
  const bus = diskBuses.find((known) => known === asked);
  if (bus === undefined)
    throw new CloudError("invalid", `Requested rescue bus '${asked}' is not supported by the libvirt driver`);
  return { device, bus, stable };
}
