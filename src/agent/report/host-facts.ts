import { randomUUID } from "node:crypto";
import { statfs } from "node:fs/promises";
import { hostname, networkInterfaces } from "node:os";
import type { Static } from "typebox";
import type { hostRegister } from "#bus/index.ts";
import { domainCapabilities, hypervisorVersion, nodeInfo } from "#libvirt/index.ts";
import { tpmHostTraits } from "#vtpm/index.ts";
import type { AgentConfig } from "../agent-config.ts";
import type { AgentContext } from "../agent-context.ts";
import { xmlElementFind, xmlTextFind } from "../domain-xml/read.ts";
import { tpmCapabilitiesRead } from "./domain-capabilities.ts";

/** Another one in each process of the agent. */
const agentStart = randomUUID();

export type HostFacts = Static<typeof hostRegister.request>;

/** What the host is and has, as it is now. */
export async function hostFactsCollect(context: AgentContext): Promise<HostFacts> {
  const { capabilitiesXml, config, hostId, key, libvirt, paths } = context;
  const [node, version, domainCapabilitiesXml, disk] = await Promise.all([
    nodeInfo(libvirt),
    hypervisorVersion(libvirt),
    domainCapabilities(libvirt, { arch: "x86_64", machine: "pc", virtType: config.libvirt.virtType }),
    statfs(paths.instances),
  ]);
  const memoryMiB = Math.floor(node.memoryKiB / 1024);
  const diskGiB = Math.floor((disk.blocks * disk.bsize) / 1024 ** 3);
  return {
    hostId,
    hostname: hostnameOf(config),
    hypervisorType: "QEMU",
    hypervisorVersion: versionNumber(version),
    cpuInfo: cpuInfo(capabilitiesXml, node),
    vcpus: node.cpus,
    memoryMiB,
    diskGiB,
    address: config.myIp ?? outwardAddress(),
    traits: hostTraits(config, domainCapabilitiesXml),
    inventories: {
      VCPU: { total: node.cpus, reserved: 0, allocationRatio: config.cpuAllocationRatio, maxUnit: node.cpus },
      MEMORY_MB: {
        total: memoryMiB,
        reserved: Math.min(config.reservedMemoryMiB, memoryMiB),
        allocationRatio: config.ramAllocationRatio,
        maxUnit: memoryMiB,
      },
      DISK_GB: { total: diskGiB, reserved: 0, allocationRatio: config.diskAllocationRatio, maxUnit: diskGiB },
    },
    publicKey: key.publicKey,
    agentStart,
    resumeGuests: config.resumeGuestsStateOnHostBoot,
  };
}

function hostnameOf(config: AgentConfig): string {
  return config.host ?? hostname();
}

/** TPM traits from what libvirt can do and the configuration allows. */
export function hostTraits(config: AgentConfig, domainCapabilitiesXml: string): string[] {
  const general = ["COMPUTE_NODE", "COMPUTE_IMAGE_TYPE_QCOW2", "COMPUTE_IMAGE_TYPE_RAW"];
  if (!config.libvirt.swtpmEnabled) return general;
  const capabilities = tpmCapabilitiesRead(domainCapabilitiesXml);
  const secretSecurities = config.libvirt.supportedTpmSecretSecurity;
  return [...general, ...tpmHostTraits({ ...capabilities, secretSecurities })];
}

function cpuInfo(
  xml: string,
  node: {
    readonly model: string;
    readonly sockets: number;
    readonly cores: number;
    readonly threads: number;
  },
) {
  const cpu = xmlElementFind(xml, "cpu")?.inner ?? "";
  return {
    arch: xmlTextFind(cpu, "arch") ?? node.model,
    model: xmlTextFind(cpu, "model") ?? "unknown",
    vendor: xmlTextFind(cpu, "vendor") ?? "unknown",
    sockets: node.sockets,
    cores: node.cores,
    threads: node.threads,
  };
}

/** 7002022 for "7.2.22". */
function versionNumber(version: string): number {
  const [major = 0, minor = 0, release = 0] = version.split(".").map(Number);
  return major * 1_000_000 + minor * 1_000 + release;
}

function outwardAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "127.0.0.1";
}
