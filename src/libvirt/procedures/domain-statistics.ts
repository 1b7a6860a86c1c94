/** What a running domain has used. `isOperationInvalid` tells that it does not run. */
import type { LibvirtConnection } from "../connection.ts";
import { domainWrite, type DomainReference } from "./structs.ts";

/** `REMOTE_VCPUINFO_MAX`, `REMOTE_DOMAIN_MEMORY_STATS_MAX` and what else bounds an answer. */
const vcpusMost = 16_384;
const cpumapsMost = 8_388_608;
const memoryStatsMost = 1_024;

/** `virDomainMemoryStatTags`: the position is the number on the wire, the words are libvirt's. */
const MEMORY_TAGS = [
  "swap_in",
  "swap_out",
  "major_fault",
  "minor_fault",
  "unused",
  "available",
  "actual",
  "rss",
  "usable",
  "last_update",
  "disk_caches",
  "hugetlb_pgalloc",
  "hugetlb_pgfail",
] as const;

export interface VcpuTime {
  readonly number: number;
  readonly cpuTimeNs: bigint;
}

/** `REMOTE_PROC_DOMAIN_GET_VCPUS` (20). */
export function domainVcpuTimes(connection: LibvirtConnection, domain: DomainReference): Promise<VcpuTime[]> {
  return connection.call({
    procedure: "domainGetVcpus",
    write: (writer) => {
      domainWrite(writer, domain);
      writer.int(vcpusMost);
      // No maps of which processor may run which.
      writer.int(0);
    },
    read: (reader) => {
      const times = reader.array(vcpusMost, (each) => {
        const number = each.unsignedInt();
        each.int();
        const cpuTimeNs = each.unsignedHyper();
        each.int();
        return { number, cpuTimeNs };
      });
      reader.opaque(cpumapsMost);
      return times;
    },
  });
}

export interface BlockStats {
  readonly readRequests: number;
  readonly readBytes: number;
  readonly writeRequests: number;
  readonly writeBytes: number;
  /** -1: not counted. */
  readonly errors: number;
}

/** `REMOTE_PROC_DOMAIN_BLOCK_STATS` (64). `device`: the disk's target, `vda`. */
export function domainBlockStats(
  connection: LibvirtConnection,
  domain: DomainReference,
  device: string,
): Promise<BlockStats> {
  return connection.call({
    procedure: "domainBlockStats",
    write: (writer) => {
      domainWrite(writer, domain);
      writer.string(device);
    },
    read: (reader) => ({
      readRequests: Number(reader.hyper()),
      readBytes: Number(reader.hyper()),
      writeRequests: Number(reader.hyper()),
      writeBytes: Number(reader.hyper()),
      errors: Number(reader.hyper()),
    }),
  });
}

/** `REMOTE_PROC_DOMAIN_MEMORY_STATS` (159), by libvirt's names; amounts in KiB. What is not in the table is left out. */
export function domainMemoryStats(
  connection: LibvirtConnection,
  domain: DomainReference,
): Promise<Readonly<Record<string, number>>> {
  return connection.call({
    procedure: "domainMemoryStats",
    write: (writer) => {
      domainWrite(writer, domain);
      writer.unsignedInt(MEMORY_TAGS.length);
      writer.unsignedInt(0);
    },
    read: (reader) => {
      const stats = reader.array(memoryStatsMost, (each) => [each.int(), each.unsignedHyper()] as const);
      return Object.fromEntries(
        stats.flatMap(([tag, value]) => {
          const name = MEMORY_TAGS[tag];
          return name === undefined ? [] : [[name, Number(value)]];
        }),
      );
    },
  });
}
