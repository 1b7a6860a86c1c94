import {
  domainBlockStats,
  domainGetInfo,
  domainMemoryStats,
  domainVcpuTimes,
  isOperationInvalid,
} from "#libvirt/index.ts";
import { ownDomainFetch, powerStateLook } from "../own-domain.ts";
import type { Command } from "./command.ts";

/** The target of the root disk (domain-xml/disk.ts). */
const rootDevice = "vda";

export const domainDiagnostics: Command<"domainDiagnostics"> = async (context, { serverId }) => {
  const { config, libvirt } = context;
  const { handle } = await ownDomainFetch(context, serverId);
  const { powerState } = await powerStateLook(libvirt, handle);
  const info = await domainGetInfo(libvirt, handle);
  const base = {
    powerState,
    hypervisor: config.libvirt.virtType,
    maxMemoryKiB: info.maxMemoryKiB,
    memoryKiB: info.memoryKiB,
    vcpus: info.vcpus,
  };
  try {
    const [times, disk, memory] = await Promise.all([
      domainVcpuTimes(libvirt, handle),
      domainBlockStats(libvirt, handle, rootDevice),
      domainMemoryStats(libvirt, handle),
    ]);
    const cpus = times.map(({ number, cpuTimeNs }) => ({ id: number, timeNs: Number(cpuTimeNs) }));
    return { ...base, cpus, disks: [{ device: rootDevice, ...disk }], memory };
  } catch (error) {
    // It went off meanwhile: there is nothing to measure.
    if (!isOperationInvalid(error)) throw error;
    return { ...base, powerState: "shutdown", cpus: [], disks: [], memory: {} };
  }
};
