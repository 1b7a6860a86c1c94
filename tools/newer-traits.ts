/** A standard trait that Debian 12's python3-os-traits does not have yet. */
export interface NewerTrait {
  readonly name: string;
  /** Release of os-traits that added it. */
  readonly since: string;
}

/** From the release tags of https://opendev.org/openstack/os-traits, after 2.9.0. */
export const newerTraits: readonly NewerTrait[] = [
  { name: "COMPUTE_ADDRESS_SPACE_EMULATED", since: "2.10.0" },
  { name: "COMPUTE_ADDRESS_SPACE_PASSTHROUGH", since: "2.10.0" },
  { name: "COMPUTE_SHARE_LOCAL_FS", since: "2.10.0" },
  { name: "COMPUTE_NET_VIRTIO_PACKED", since: "3.0.0" },
  { name: "COMPUTE_SECURITY_STATELESS_FIRMWARE", since: "3.1.0" },
  { name: "COMPUTE_SECURITY_TPM_CRB", since: "3.1.0" },
  { name: "COMPUTE_SECURITY_TPM_TIS", since: "3.1.0" },
  { name: "HW_CPU_X86_AMD_SEV_ES", since: "3.1.0" },
  { name: "COMPUTE_NET_VIF_MODEL_IGB", since: "3.2.0" },
  { name: "COMPUTE_SECURITY_TPM_SECRET_SECURITY_DEPLOYMENT", since: "3.3.0" },
  { name: "COMPUTE_SECURITY_TPM_SECRET_SECURITY_HOST", since: "3.3.0" },
  { name: "COMPUTE_SECURITY_TPM_SECRET_SECURITY_USER", since: "3.3.0" },
  { name: "HW_PCI_LIVE_MIGRATABLE", since: "3.3.0" },
  { name: "HW_PCI_ONE_TIME_USE", since: "3.4.0" },
  { name: "COMPUTE_SOUND_MODEL_AC97", since: "3.5.0" },
  { name: "COMPUTE_SOUND_MODEL_ES1370", since: "3.5.0" },
  { name: "COMPUTE_SOUND_MODEL_ICH6", since: "3.5.0" },
  { name: "COMPUTE_SOUND_MODEL_ICH9", since: "3.5.0" },
  { name: "COMPUTE_SOUND_MODEL_PCSPK", since: "3.5.0" },
  { name: "COMPUTE_SOUND_MODEL_SB16", since: "3.5.0" },
  { name: "COMPUTE_SOUND_MODEL_USB", since: "3.5.0" },
  { name: "COMPUTE_SOUND_MODEL_VIRTIO", since: "3.5.0" },
  { name: "COMPUTE_USB_MODEL_NEC_XHCI", since: "3.5.0" },
  { name: "COMPUTE_USB_MODEL_QEMU_XHCI", since: "3.5.0" },
  { name: "HW_CPU_X86_AMXBF16", since: "3.6.0" },
  { name: "HW_CPU_X86_AMXINT8", since: "3.6.0" },
  { name: "HW_CPU_X86_AMXTILE", since: "3.6.0" },
  { name: "HW_CPU_X86_AMD_SEV_SNP", since: "3.7.0" },
  { name: "HW_CPU_X86_INTEL_TDX", since: "3.8.0" },
  { name: "HW_NVME_BES", since: "3.9.0" },
  { name: "HW_NVME_CES", since: "3.9.0" },
  { name: "HW_NVME_WZS", since: "3.9.0" },
];
