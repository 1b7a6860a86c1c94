/**
 * Domains: finding and describing them. What changes their state is in `domain-actions.ts`.
 *
 * Every function rejects with LibvirtError or LibvirtConnectionError; `isNoDomain` tells that there is none.
 */
import type { LibvirtConnection } from "../connection.ts";
import { DEFINE_FLAGS, LIST_DOMAINS_FLAGS, UNDEFINE_FLAGS, XML_FLAGS } from "./domain-flags.ts";
import type { UndefineOptions } from "./domain-flags.ts";
import { domainStateOf, domainStatusOf } from "./domain-state.ts";
import type { DomainState, DomainStatus } from "./domain-state.ts";
import { domainHandleRead, domainWrite, flagsOf, nothingRead, stringRead, uuidWrite } from "./structs.ts";
import type { DomainHandle, DomainReference, Flags } from "./structs.ts";

/** `REMOTE_DOMAIN_LIST_MAX`. */
const DOMAIN_LIST_MAX = 16_384;

export interface DomainInfo {
  readonly state: DomainState;
  readonly maxMemoryKiB: number;
  readonly memoryKiB: number;
  readonly vcpus: number;
  /** Used by the running instance, ns. */
  readonly cpuTimeNs: bigint;
}

/** `REMOTE_PROC_DOMAIN_LOOKUP_BY_UUID` (24). Rejects (`isNoDomain`) when there is none. */
export function domainLookupByUuid(connection: LibvirtConnection, uuid: string): Promise<DomainHandle> {
  return connection.call({
    procedure: "domainLookupByUuid",
    write: (writer) => uuidWrite(writer, uuid),
    read: domainHandleRead,
  });
}

/** `REMOTE_PROC_DOMAIN_LOOKUP_BY_NAME` (23). Rejects (`isNoDomain`) when there is none. */
export function domainLookupByName(connection: LibvirtConnection, name: string): Promise<DomainHandle> {
  return connection.call({
    procedure: "domainLookupByName",
    write: (writer) => writer.string(name),
    read: domainHandleRead,
  });
}

/** `REMOTE_PROC_CONNECT_LIST_ALL_DOMAINS` (273). Without flags: all, running or not. */
export function domainList(
  connection: LibvirtConnection,
  only: Flags<typeof LIST_DOMAINS_FLAGS> = {},
): Promise<DomainHandle[]> {
  return connection.call({
    procedure: "connectListAllDomains",
    write: (writer) => {
      writer.boolean(true);
      writer.unsignedInt(flagsOf(LIST_DOMAINS_FLAGS, only));
    },
    read: (reader) => {
      const domains = reader.array(DOMAIN_LIST_MAX, domainHandleRead);
      reader.unsignedInt();
      return domains;
    },
  });
}

/**
 * `REMOTE_PROC_DOMAIN_DEFINE_XML_FLAGS` (350): makes the domain persistent, or replaces the definition of the one with
 * the same uuid (a running instance keeps its own until it stops).
 */
export function domainDefine(
  connection: LibvirtConnection,
  xml: string,
  flags: Flags<typeof DEFINE_FLAGS> = {},
): Promise<DomainHandle> {
  return connection.call({
    procedure: "domainDefineXmlFlags",
    write: (writer) => {
      writer.string(xml);
      writer.unsignedInt(flagsOf(DEFINE_FLAGS, flags));
    },
    read: domainHandleRead,
  });
}

/** `REMOTE_PROC_DOMAIN_UNDEFINE_FLAGS` (231). A running domain goes on and is gone once it stops. */
export function domainUndefine(
  connection: LibvirtConnection,
  domain: DomainReference,
  options: UndefineOptions,
): Promise<void> {
  const flags = flagsOf(UNDEFINE_FLAGS, {
    keepTpm: options.keepTpm,
    removeTpm: !options.keepTpm,
    keepNvram: options.nvram === "keep",
    removeNvram: options.nvram === "remove",
    managedSave: options.managedSave,
    snapshotsMetadata: options.snapshotsMetadata,
    checkpointsMetadata: options.checkpointsMetadata,
  });
  return connection.call({
    procedure: "domainUndefineFlags",
    write: (writer) => {
      domainWrite(writer, domain);
      writer.unsignedInt(flags);
    },
    read: nothingRead,
  });
}

/** `REMOTE_PROC_DOMAIN_GET_STATE` (212). */
export function domainGetState(
  connection: LibvirtConnection,
  domain: DomainReference,
): Promise<DomainStatus> {
  return connection.call({
    procedure: "domainGetState",
    write: (writer) => {
      domainWrite(writer, domain);
      writer.unsignedInt(0);
    },
    read: (reader) => domainStatusOf(reader.int(), reader.int()),
  });
}

/** `REMOTE_PROC_DOMAIN_GET_INFO` (16). */
export function domainGetInfo(connection: LibvirtConnection, domain: DomainReference): Promise<DomainInfo> {
  return connection.call({
    procedure: "domainGetInfo",
    write: (writer) => domainWrite(writer, domain),
    // `unsigned char` and `unsigned short` take four bytes each in XDR.
    read: (reader) => ({
      state: domainStateOf(reader.unsignedInt()),
      maxMemoryKiB: reader.unsignedHyperNumber(),
      memoryKiB: reader.unsignedHyperNumber(),
      vcpus: reader.unsignedInt(),
      cpuTimeNs: reader.unsignedHyper(),
    }),
  });
}

/** `REMOTE_PROC_DOMAIN_GET_XML_DESC` (14): of the running instance if there is one, unless `inactive`. */
export function domainGetXml(
  connection: LibvirtConnection,
  domain: DomainReference,
  flags: Flags<typeof XML_FLAGS> = {},
): Promise<string> {
  return connection.call({
    procedure: "domainGetXmlDesc",
    write: (writer) => {
      domainWrite(writer, domain);
      writer.unsignedInt(flagsOf(XML_FLAGS, flags));
    },
    read: stringRead,
  });
}
