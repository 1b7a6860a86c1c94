import { boolean, choice, choices, text } from "../option.ts";

/** [libvirt], as nova.conf has it. */
export const libvirtSection = {
  /** kvm where the processor has it, else qemu (software emulation). */
  virt_type: choice(undefined, ["kvm", "qemu"]),
  connection_uri: choice("qemu:///system", ["qemu:///system"]),
  /** libvirtd's unix socket. */
  connection_socket: text("/run/libvirt/libvirt-sock"),
  swtpm_enabled: boolean(true),
  swtpm_user: text("tss"),
  swtpm_group: text("tss"),
  /** Which modes of hw:tpm_secret_security this host carries; each is a trait of it. */
  supported_tpm_secret_security: choices(["user", "host", "deployment"], ["user", "host", "deployment"]),
};
