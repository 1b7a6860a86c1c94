/** Domains: long work that libvirt does beside the guest, one at a time (`virDomainBackupBegin`, `virDomainGetJobStats`). */
import type { LibvirtConnection } from "../connection.ts";
import type { XdrReader } from "../xdr/reader.ts";
import { JOB_STATS_FLAGS } from "./domain-flags.ts";
import { domainWrite, flagsOf, nothingRead, STRING_MAX } from "./structs.ts";
import type { DomainReference, Flags } from "./structs.ts";

/** `virDomainJobType`: the position is the number on the wire. */
const JOB_TYPES = ["none", "bounded", "unbounded", "completed", "failed", "cancelled"] as const;

export type DomainJobType = (typeof JOB_TYPES)[number];

export interface DomainJobStats {
  /** `none`: there is no job, or none is remembered. */
  readonly type: DomainJobType;
  /** Why a job failed, in QEMU's words. */
  readonly error: string | undefined;
  /** Bytes. */
  readonly processed: bigint | undefined;
  readonly total: bigint | undefined;
}

/** `REMOTE_DOMAIN_JOB_STATS_MAX`. */
const JOB_STATS_MAX = 64;

/**
 * `REMOTE_PROC_DOMAIN_BACKUP_BEGIN` (421): begins to copy disks as they are now, while the guest runs on. Answers when the
 * point in time is fixed; {@link domainJobStats} tells when the copy is whole.
 */
export function domainBackupBegin(
  connection: LibvirtConnection,
  domain: DomainReference,
  xml: string,
): Promise<void> {
  return connection.call({
    procedure: "domainBackupBegin",
    write: (writer) => {
      domainWrite(writer, domain);
      writer.string(xml);
      // No checkpoint.
      writer.boolean(false);
      writer.unsignedInt(0);
    },
    read: nothingRead,
  });
}

/** `REMOTE_PROC_DOMAIN_ABORT_JOB` (164). `isOperationInvalid` when there is no job. */
export function domainAbortJob(connection: LibvirtConnection, domain: DomainReference): Promise<void> {
  return connection.call({
    procedure: "domainAbortJob",
    write: (writer) => domainWrite(writer, domain),
    read: nothingRead,
  });
}

/** `REMOTE_PROC_DOMAIN_GET_JOB_STATS` (298): of the job that runs, or with `completed` of the last one that ended. */
export function domainJobStats(
  connection: LibvirtConnection,
  domain: DomainReference,
  flags: Flags<typeof JOB_STATS_FLAGS> = {},
): Promise<DomainJobStats> {
  return connection.call({
    procedure: "domainGetJobStats",
    write: (writer) => {
      domainWrite(writer, domain);
      writer.unsignedInt(flagsOf(JOB_STATS_FLAGS, flags));
    },
    read: (reader) => {
      const type = JOB_TYPES[reader.int()] ?? "none";
      const parameters = new Map(reader.array(JOB_STATS_MAX, typedParameterRead));
      const error = parameters.get("errmsg");
      return {
        type,
        error: typeof error === "string" ? error : undefined,
        processed: amountOf(parameters.get("disk_processed")),
        total: amountOf(parameters.get("disk_total")),
      };
    },
  });
}

type TypedValue = number | bigint | string;

function amountOf(value: TypedValue | undefined): bigint | undefined {
  return typeof value === "bigint" ? value : undefined;
}

/** `remote_typed_param`: name, type, value. */
function typedParameterRead(reader: XdrReader): readonly [string, TypedValue | undefined] {
  const name = reader.string(STRING_MAX);
  return [name, typedValueRead(reader, reader.int())];
}

function typedValueRead(reader: XdrReader, type: number): TypedValue | undefined {
  switch (type) {
    case 2:
      return reader.unsignedInt();
    case 3:
      return reader.hyper();
    case 4:
      return reader.unsignedHyper();
    case 5:
      // A double: nothing here is one that is looked at.
      reader.fixedOpaque(8);
      return undefined;
    case 7:
      return reader.string(STRING_MAX);
    default:
      return reader.int();
  }
}
