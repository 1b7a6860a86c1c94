import { CloudError } from "#base/errors.ts";
import { tpmModels, tpmSecretSecurities, tpmVersions } from "#vtpm/index.ts";

/** What a value must be: one of a list, or of a form. */
type Values = readonly string[] | RegExp;

const boolean = /^(true|false|yes|no|on|off|1|0|t|f|y|n)$/i;
const integer = /^\d+$/;
const any = /^[\s\S]*$/;

/** Known extra specs by exact name (nova.api.validation.extra_specs). */
const known: Readonly<Record<string, Values>> = {
  "hw:tpm_version": tpmVersions,
  "hw:tpm_model": tpmModels,
  "hw:tpm_secret_security": tpmSecretSecurities,
  "hw:boot_menu": boolean,
  "hw:cpu_realtime": boolean,
  "hw:cpu_realtime_mask": any,
  "hw:cpu_policy": ["dedicated", "shared", "mixed"],
  "hw:cpu_thread_policy": ["prefer", "isolate", "require"],
  "hw:emulator_threads_policy": ["isolate", "share"],
  "hw:cpu_dedicated_mask": any,
  "hw:cpu_sockets": integer,
  "hw:cpu_cores": integer,
  "hw:cpu_threads": integer,
  "hw:cpu_max_sockets": integer,
  "hw:cpu_max_cores": integer,
  "hw:cpu_max_threads": integer,
  "hw:hide_hypervisor_id": boolean,
  "hw:input_bus": ["usb", "virtio"],
  "hw:locked_memory": boolean,
  "hw:machine_type": any,
  "hw:maxphysaddr_bits": integer,
  "hw:maxphysaddr_mode": ["emulate", "passthrough"],
  "hw:mem_encryption": boolean,
  "hw:mem_page_size": any,
  "hw:numa_nodes": integer,
  "hw:pci_numa_affinity_policy": ["required", "preferred", "legacy", "socket"],
  "hw:pmem": any,
  "hw:serial_port_count": integer,
  "hw:sound_model": any,
  "hw:usb_model": any,
  "hw:video_ram_mb": integer,
  "hw:viommu_model": ["intel", "smmuv3", "virtio", "auto"],
  "hw:virtio_packed_ring": boolean,
  "hw:vif_multiqueue_enabled": boolean,
  "hw:watchdog_action": ["none", "pause", "poweroff", "reset", "disabled"],
  "hw_rng:allowed": boolean,
  "hw_rng:rate_bytes": integer,
  "hw_rng:rate_period": integer,
  "hw_video:ram_max_mb": integer,
  "os:monitors": integer,
  "os:secure_boot": ["disabled", "optional", "required"],
  "accel:device_profile": any,
  "pci_passthrough:alias": any,
  hide_hypervisor_id: boolean,
  group_policy: ["none", "isolate"],
};

/** Known families of names. */
const families: readonly (readonly [RegExp, Values])[] = [
  [/^hw:numa_(cpus|mem)\.\d+$/, any],
  [/^quota:[a-z_]+$/, any],
  [/^capabilities:.+$/, any],
  [/^aggregate_instance_extra_specs:.+$/, any],
  [/^resources([a-zA-Z0-9_-]{1,64})?:[A-Z0-9_]+$/, integer],
  [/^trait([a-zA-Z0-9_-]{1,64})?:[A-Z0-9_]+$/, ["required", "forbidden"]],
  [/^(powervm|vmware):.+$/, any],
];

const namespaces =
  /^(hw|hw_rng|hw_video|os|accel|pci_passthrough|quota|capabilities|aggregate_instance_extra_specs|powervm|vmware|resources[a-zA-Z0-9_-]*|trait[a-zA-Z0-9_-]*):/;

/**
 * Checks one extra spec as Nova does from microversion 2.86 on; names without a namespace, or of one that
 * nobody knows, are free. Throws `invalid` in Nova's words.
 */
export function extraSpecValidate(name: string, value: string): void {
  const values =
    (Object.hasOwn(known, name) ? known[name] : undefined) ??
    families.find(([pattern]) => pattern.test(name))?.[1];
  if (values === undefined) {
    if (!namespaces.test(name)) return;
    throw new CloudError(
      "invalid",
      `Validation failed; extra spec '${name}' does not appear to be a valid extra spec.`,
    );
  }
  if (values instanceof RegExp) {
    if (!values.test(value))
      throw new CloudError("invalid", `Validation failed; '${value}' does not match ${String(values)}.`);
  } else if (!values.includes(value)) {
    throw new CloudError("invalid", `Validation failed; '${value}' is not one of: ${values.join(", ")}.`);
  }
}
