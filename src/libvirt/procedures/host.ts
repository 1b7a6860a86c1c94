/** The host and its libvirt. */
import type { LibvirtConnection } from "../connection.ts";
import type { XdrReader } from "../xdr/reader.ts";
import type { ProcedureName } from "./numbers.ts";
import { STRING_MAX, stringRead } from "./structs.ts";

/** Length of `char model[32]`. */
export const MODEL_CHARS = 32;
/** `REMOTE_NODE_CPU_STATS_MAX` and `REMOTE_NODE_MEMORY_STATS_MAX`. */
const NODE_STATS_MAX = 16;
/** `VIR_NODE_CPU_STATS_ALL_CPUS` and `VIR_NODE_MEMORY_STATS_ALL_CELLS`. */
const ALL = -1;

export interface NodeInfo {
  /** CPU model as the kernel's machine name, `x86_64`. */
  readonly model: string;
  readonly memoryKiB: number;
  /** Active CPUs. */
  readonly cpus: number;
  readonly mhz: number;
  readonly numaNodes: number;
  /** Per NUMA node. */
  readonly sockets: number;
  /** Per socket. */
  readonly cores: number;
  /** Per core. */
  readonly threads: number;
}

export interface NodeMemoryStats {
  readonly totalKiB: number;
  readonly freeKiB: number;
  readonly buffersKiB: number;
  readonly cachedKiB: number;
}

/** Time spent since the host booted, all CPUs together, ns. */
export interface NodeCpuStats {
  readonly kernelNs: bigint;
  readonly userNs: bigint;
  readonly idleNs: bigint;
  readonly iowaitNs: bigint;
}

/** What domain to describe capabilities for; libvirt chooses what is left out. */
export interface DomainCapabilitiesQuery {
  readonly emulator?: string;
  /** `x86_64`. */
  readonly arch?: string;
  /** `q35`, `pc`. */
  readonly machine?: string;
  /** `kvm` or `qemu`. */
  readonly virtType?: string;
}

/** `REMOTE_PROC_CONNECT_GET_LIB_VERSION` (157): libvirtd's version, "9.0.0". */
export function libvirtVersion(connection: LibvirtConnection): Promise<string> {
  return connection.call({ procedure: "connectGetLibVersion", read: versionRead });
}

/** `REMOTE_PROC_CONNECT_GET_VERSION` (4): the hypervisor's (QEMU's) version, "7.2.22". */
export function hypervisorVersion(connection: LibvirtConnection): Promise<string> {
  return connection.call({ procedure: "connectGetVersion", read: versionRead });
}

/** `REMOTE_PROC_CONNECT_GET_HOSTNAME` (59). */
export function hostname(connection: LibvirtConnection): Promise<string> {
  return connection.call({ procedure: "connectGetHostname", read: stringRead });
}

/** `REMOTE_PROC_CONNECT_GET_CAPABILITIES` (7): the `<capabilities>` XML. */
export function capabilities(connection: LibvirtConnection): Promise<string> {
  return connection.call({ procedure: "connectGetCapabilities", read: stringRead });
}

/** `REMOTE_PROC_CONNECT_GET_DOMAIN_CAPABILITIES` (342): the `<domainCapabilities>` XML. */
export function domainCapabilities(
  connection: LibvirtConnection,
  query: DomainCapabilitiesQuery = {},
): Promise<string> {
  return connection.call({
    procedure: "connectGetDomainCapabilities",
    write: (writer) => {
      writer.optionalString(query.emulator);
      writer.optionalString(query.arch);
      writer.optionalString(query.machine);
      writer.optionalString(query.virtType);
      writer.unsignedInt(0);
    },
    read: stringRead,
  });
}

/** `REMOTE_PROC_NODE_GET_INFO` (6). */
export function nodeInfo(connection: LibvirtConnection): Promise<NodeInfo> {
  return connection.call({
    procedure: "nodeGetInfo",
    read: (reader) => ({
      model: charsRead(reader, MODEL_CHARS),
      memoryKiB: reader.unsignedHyperNumber(),
      cpus: reader.int(),
      mhz: reader.int(),
      numaNodes: reader.int(),
      sockets: reader.int(),
      cores: reader.int(),
      threads: reader.int(),
    }),
  });
}

/** `REMOTE_PROC_NODE_GET_MEMORY_STATS` (228). */
export async function nodeMemoryStats(connection: LibvirtConnection): Promise<NodeMemoryStats> {
  const stats = await nodeStats(connection, "nodeGetMemoryStats", (count) => [count, ALL]);
  const kiB = (name: string): number => Number(stats.get(name) ?? 0n);
  return {
    totalKiB: kiB("total"),
    freeKiB: kiB("free"),
    buffersKiB: kiB("buffers"),
    cachedKiB: kiB("cached"),
  };
}

/** `REMOTE_PROC_NODE_GET_CPU_STATS` (227). */
export async function nodeCpuStats(connection: LibvirtConnection): Promise<NodeCpuStats> {
  const stats = await nodeStats(connection, "nodeGetCpuStats", (count) => [ALL, count]);
  const ns = (name: string): bigint => stats.get(name) ?? 0n;
  return { kernelNs: ns("kernel"), userNs: ns("user"), idleNs: ns("idle"), iowaitNs: ns("iowait") };
}

/** Asked twice, as the protocol wants: with count 0 for the number of values, then with exactly that number. */
async function nodeStats(
  connection: LibvirtConnection,
  procedure: ProcedureName,
  argumentsFor: (count: number) => readonly number[],
): Promise<Map<string, bigint>> {
  const ask = (count: number) =>
    connection.call({
      procedure,
      write: (writer) => {
        for (const argument of argumentsFor(count)) writer.int(argument);
        writer.unsignedInt(0);
      },
      read: (reader) => ({
        values: reader.array(NODE_STATS_MAX, (r) => [r.string(STRING_MAX), r.unsignedHyper()] as const),
        count: reader.int(),
      }),
    });
  const { count } = await ask(0);
  return new Map((await ask(count)).values);
}

/** 1 000 000 × major + 1 000 × minor + release. */
function versionRead(reader: XdrReader): string {
  const version = reader.unsignedHyperNumber();
  return `${Math.floor(version / 1_000_000)}.${Math.floor(version / 1_000) % 1_000}.${version % 1_000}`;
}

/** A C character array: every char takes four bytes in XDR, the string ends at the first NUL. */
function charsRead(reader: XdrReader, count: number): string {
  const bytes: number[] = [];
  for (let index = 0; index < count; index++) bytes.push(reader.int() & 0xff);
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.slice(0, end)).toString("utf8");
}
