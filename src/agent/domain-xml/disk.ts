import type { DiskBus } from "#bus/index.ts";
import type { DomainHost, DomainSpec } from "./domain-spec.ts";
import { element, type Element } from "./element.ts";

interface Disk {
  readonly path: string;
  readonly format: "qcow2" | "raw";
  readonly device: "disk" | "cdrom";
  readonly bus: DiskBus;
  readonly bootsFirst?: boolean;
}

/**
 * The root disk, the flavor's ephemeral disk and swap space, then the config drive. A rescue's disk goes in the root disk's place, or behind all others, where every
 * device of the server keeps its name (nova.virt.libvirt.blockinfo: rescue, and rescue with stable devices). In the first way the empty disks are left out, as in Nova.
 */
export function diskElements(spec: DomainSpec, host: DomainHost): Element[] {
  const { configDrive, rescue } = spec;
  const root: Disk = { path: host.diskPath, format: "qcow2", device: "disk", bus: "virtio" };
  const own: Disk[] = rescue?.stable === false ? [root] : [root, ...blankDisks(spec, host)];
  if (configDrive !== undefined)
    own.push({ path: host.configDrivePath, format: "raw", device: "cdrom", bus: configDrive });
  if (rescue === undefined) return named(own, host);
  const { device, bus, stable } = rescue;
  const other: Disk = { path: host.rescueDiskPath, format: "qcow2", device, bus, bootsFirst: stable };
  return named(stable ? [...own, other] : [other, ...own], host);
}

function blankDisks({ ephemeralGiB, swapMiB }: DomainSpec, host: DomainHost): Disk[] {
  const blank = { format: "raw", device: "disk", bus: "virtio" } as const;
  return [
    ...(ephemeralGiB === undefined ? [] : [{ ...blank, path: host.ephemeralDiskPath }]),
    ...(swapMiB === undefined ? [] : [{ ...blank, path: host.swapDiskPath }]),
  ];
}

const prefixes: Readonly<Record<DiskBus, string>> = {
  virtio: "vd",
  ide: "hd",
  sata: "sd",
  scsi: "sd",
  usb: "sd",
};

/** Each bus counts its own; those with names of the same kind count together. */
function named(disks: readonly Disk[], host: DomainHost): Element[] {
  const taken = new Map<string, number>();
  return disks.map((disk) => {
    const prefix = prefixes[disk.bus];
    const index = taken.get(prefix) ?? 0;
    taken.set(prefix, index + 1);
    return diskElement(disk, `${prefix}${"abcdefgh".charAt(index)}`, host);
  });
}

/** `cache=none` as Nova has it wherever the file system allows. */
function diskElement(disk: Disk, target: string, { directIo }: DomainHost): Element {
  const { path, format, device, bus, bootsFirst } = disk;
  const cache = directIo ? { cache: "none", io: "native" } : { cache: "writeback" };
  const isCd = device === "cdrom";
  return element("disk", { type: "file", device }, [
    element("driver", { name: "qemu", type: format, ...cache, ...(isCd ? {} : { discard: "unmap" }) }),
    element("source", { file: path }),
    element("target", { dev: target, bus }),
    isCd ? element("readonly") : undefined,
    bootsFirst === true ? element("boot", { order: 1 }) : undefined,
  ]);
}
