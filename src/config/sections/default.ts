import { boolean, integer, ratio, text } from "../option.ts";

/** [DEFAULT], as nova.conf has it where the name is Nova's. */
export const defaultSection = {
  /** Name of this compute host; the machine's hostname when it is not set. */
  host: text(undefined),
  /** Address of this compute host in the list of hypervisors. */
  my_ip: text(undefined),
  debug: boolean(false),
  /**
   * Whether servers that ran when the agent of this host ended, and are off when it starts again, are started: after a boot of
   * the machine. A server with a TPM of the mode `user` waits for its owner.
   */
  resume_guests_state_on_host_boot: boolean(false),
  /** Database, keys, images, logs. */
  state_path: text(undefined),
  /** What QEMU opens: disks, image cache, consoles. */
  instances_path: text(undefined),
  cpu_allocation_ratio: ratio(4),
  ram_allocation_ratio: ratio(1),
  disk_allocation_ratio: ratio(1),
  /** Seconds after which a resize is confirmed by itself; 0: never. */
  resize_confirm_window: integer(0, 0, 2 ** 31 - 1),
  /** Seconds for which a deleted server can be restored; 0: it is gone at once. */
  reclaim_instance_interval: integer(0, 0, 2 ** 31 - 1),
  reserved_host_memory_mb: integer(512, 0, 2 ** 31),
  /** Every new server has a config drive. */
  force_config_drive: boolean(false),
  /** Seconds that a shelved server stays on its host: 0 none, -1 until it is asked to leave. */
  shelved_offload_time: integer(0, -1, 2 ** 31),
};
