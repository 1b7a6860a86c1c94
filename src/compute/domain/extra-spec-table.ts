import { tpmModels, tpmSecretSecurities, tpmVersions } from "#vtpm/index.ts";

/** What a value must be: one of a list, of a form, a number within bounds, a boolean, or any text. */
export type ExtraSpecValues =
  | { readonly oneOf: readonly string[] }
  | { readonly form: string }
  | { readonly from: number; readonly to: number }
  | "boolean"
  | "any";

const oneOf = (...values: readonly string[]): ExtraSpecValues => ({ oneOf: values });
const from = (least: number, to = Number.POSITIVE_INFINITY): ExtraSpecValues => ({ from: least, to });
const integer = from(Number.NEGATIVE_INFINITY);
const processors: ExtraSpecValues = { form: String.raw`\^?\d+((-\d+)?(,\^?\d+(-\d+)?)?)*` };

/** Known extra specs by exact name (nova.api.validation.extra_specs). */
export const extraSpecs: Readonly<Record<string, ExtraSpecValues>> = {
  "accel:device_profile": "any",
  group_policy: oneOf("none", "isolate"),
  hide_hypervisor_id: "boolean",
  "hw:boot_menu": "boolean",
  "hw:cpu_cores": from(1),
  "hw:cpu_dedicated_mask": processors,
  "hw:cpu_max_cores": from(1),
  "hw:cpu_max_sockets": from(1),
  "hw:cpu_max_threads": from(1),
  "hw:cpu_policy": oneOf("dedicated", "shared", "mixed"),
  "hw:cpu_realtime": "boolean",
  "hw:cpu_realtime_mask": processors,
  "hw:cpu_sockets": from(1),
  "hw:cpu_thread_policy": oneOf("prefer", "isolate", "require"),
  "hw:cpu_threads": from(1),
  "hw:emulator_threads_policy": oneOf("isolate", "share"),
  "hw:ephemeral_encryption": "boolean",
  "hw:ephemeral_encryption_format": oneOf("plain", "luks", "luksv2"),
  "hw:hide_hypervisor_id": "boolean",
  "hw:input_bus": oneOf("usb", "virtio"),
  "hw:locked_memory": "boolean",
  "hw:machine_type": "any",
  "hw:maxphysaddr_bits": from(0),
  "hw:maxphysaddr_mode": oneOf("emulate", "passthrough"),
  "hw:mem_encryption": "boolean",
  "hw:mem_encryption_model": oneOf("amd-sev", "amd-sev-es", "amd-sev-snp"),
  "hw:mem_page_size": { form: String.raw`(large|small|any|\d+([kKMGT]i?)?(b|bit|B)?)` },
  "hw:numa_nodes": from(1),
  "hw:pci_numa_affinity_policy": oneOf("required", "preferred", "legacy", "socket"),
  "hw:pmem": { form: "([a-zA-Z0-9_]+(,)?)+" },
  "hw:pmu": "boolean",
  "hw:redirected_usb_ports": from(0, 15),
  "hw:serial_port_count": from(0),
  "hw:sound_model": oneOf("sb16", "es1370", "pcspk", "ac97", "ich6", "ich9", "usb", "virtio"),
  "hw:tpm_model": oneOf(...tpmModels),
  "hw:tpm_secret_security": oneOf(...tpmSecretSecurities),
  "hw:tpm_version": oneOf(...tpmVersions),
  "hw:usb_model": oneOf("none", "nec-xhci", "qemu-xhci"),
  "hw:vif_multiqueue_enabled": "boolean",
  "hw:viommu_model": oneOf("intel", "smmuv3", "virtio", "auto"),
  "hw:virtio_packed_ring": "boolean",
  "hw:watchdog_action": oneOf("none", "pause", "poweroff", "reset", "disabled"),
  "hw_rng:allowed": "boolean",
  "hw_rng:rate_bytes": from(0),
  "hw_rng:rate_period": from(0),
  "hw_video:ram_max_mb": from(0),
  "os:secure_boot": oneOf("disabled", "required"),
  "pci_passthrough:alias": { form: String.raw`[^:]+:\d+(?:\s*,\s*[^:]+:\d+)*` },
  "quota:cpu_period": from(0),
  "quota:cpu_quota": integer,
  "quota:cpu_shares": from(0),
  "vmware:hw_version": "any",
  "vmware:storage_policy": "any",
};

const standardClasses =
  "VCPU|MEMORY_MB|DISK_GB|PCI_DEVICE|SRIOV_NET_VF|NUMA_SOCKET|NUMA_CORE|NUMA_THREAD|NUMA_MEMORY_MB|IPV4_ADDRESS|VGPU|" +
  "VGPU_DISPLAY_HEAD|NET_BW_EGR_KILOBIT_PER_SEC|NET_BW_IGR_KILOBIT_PER_SEC|NET_PACKET_RATE_KILOPACKET_PER_SEC|" +
  "NET_PACKET_RATE_EGR_KILOPACKET_PER_SEC|NET_PACKET_RATE_IGR_KILOPACKET_PER_SEC|PCPU|MEM_ENCRYPTION_CONTEXT|FPGA|PGPU";
const shared = "cpu|memory|disk_io|vif";

/** Known families of names. */
export const extraSpecFamilies: readonly (readonly [RegExp, ExtraSpecValues])[] = [
  [/^hw:numa_cpus\.\d+$/, processors],
  [/^hw:numa_mem\.\d+$/, from(1)],
  [new RegExp(`^quota:(${shared})_(limit|shares_share)$`), from(0)],
  [new RegExp(`^quota:(${shared})_reservation$`), integer],
  [new RegExp(`^quota:(${shared})_shares_level$`), oneOf("custom", "high", "normal", "low")],
  [/^quota:disk_(read|write|total)_(bytes|iops)_sec$/, from(0)],
  [/^quota:vif_(inbound|outbound)_(average|peak|burst)$/, from(0)],
  [/^capabilities:.+$/, "any"],
  [/^aggregate_instance_extra_specs:.+$/, "any"],
  [new RegExp(`^resources([a-zA-Z0-9_-]{1,64})?:(${standardClasses}|CUSTOM_[A-Z0-9_]+)$`), from(0)],
  [/^trait([a-zA-Z0-9_-]{1,64})?:[A-Z][A-Z0-9_]*$/, oneOf("required", "forbidden")],
];

/** Namespaces in which a name that is not known is a mistake; in others operators keep their own. */
export const extraSpecNamespaces =
  /^(hw|hw_rng|hw_video|os|accel|pci_passthrough|quota|capabilities|aggregate_instance_extra_specs|vmware|resources([a-zA-Z0-9_-]{1,64})?|trait([a-zA-Z0-9_-]{1,64})?):/;
