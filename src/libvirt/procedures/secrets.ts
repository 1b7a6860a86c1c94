/** Secrets. `isNoSecret` tells that there is none. Values are only ever sent, never read back. */
import type { LibvirtConnection } from "../connection.ts";
import { XdrError } from "../xdr/error.ts";
import type { XdrReader } from "../xdr/reader.ts";
import type { XdrWriter } from "../xdr/writer.ts";
import { flagsOf, nothingRead, STRING_MAX, uuidRead, uuidWrite } from "./structs.ts";
import type { Flags } from "./structs.ts";

/** `virSecretUsageType`: the position is the number. */
export const SECRET_USAGE_TYPES = ["none", "volume", "ceph", "iscsi", "tls", "vtpm"] as const;
export type SecretUsageType = (typeof SECRET_USAGE_TYPES)[number];

/** `virConnectListAllSecretsFlags`. */
export const LIST_SECRETS_FLAGS = { ephemeral: 1, noEphemeral: 2, private: 4, noPrivate: 8 } as const;

/** `REMOTE_SECRET_VALUE_MAX`, bytes. */
export const SECRET_VALUE_MAX = 65_536;
/** `REMOTE_SECRET_LIST_MAX`. */
const SECRET_LIST_MAX = 16_384;

/** `remote_nonnull_secret`. */
export interface SecretHandle {
  readonly uuid: string;
  readonly usageType: SecretUsageType;
  /** For `vtpm` the `<name>` in `<usage>`; empty for `none`. */
  readonly usageId: string;
}

/** What a call needs to name a secret; a {@link SecretHandle} is one. */
export interface SecretReference {
  readonly uuid: string;
  readonly usageType?: SecretUsageType;
  readonly usageId?: string;
}

/** `REMOTE_PROC_SECRET_DEFINE_XML` (142): a new secret, or new attributes for the one with the same uuid. */
export function secretDefine(connection: LibvirtConnection, xml: string): Promise<SecretHandle> {
  return connection.call({
    procedure: "secretDefineXml",
    write: (writer) => {
      writer.string(xml);
      writer.unsignedInt(0);
    },
    read: secretHandleRead,
  });
}

/**
 * `REMOTE_PROC_SECRET_SET_VALUE` (144). `value` is copied into one outgoing buffer before this function returns; that
 * copy is wiped as soon as the kernel has it. Wiping `value` is the caller's.
 *
 * @param value at most 65 536 bytes; not empty, which libvirt would take for "no value"
 */
export function secretSetValue(
  connection: LibvirtConnection,
  secret: SecretReference,
  value: Uint8Array,
): Promise<void> {
  if (value.length === 0 || value.length > SECRET_VALUE_MAX) {
    return Promise.reject(
      new XdrError(`a secret of ${value.length} bytes; libvirt takes 1 to ${SECRET_VALUE_MAX}`),
    );
  }
  return connection.call({
    procedure: "secretSetValue",
    write: (writer) => {
      secretWrite(writer, secret);
      writer.opaque(value);
      writer.unsignedInt(0);
    },
    read: nothingRead,
    sensitive: true,
  });
}

/** `REMOTE_PROC_SECRET_UNDEFINE` (146). Domains that run already do not need it any more. */
export function secretUndefine(connection: LibvirtConnection, secret: SecretReference): Promise<void> {
  return connection.call({
    procedure: "secretUndefine",
    write: (writer) => secretWrite(writer, secret),
    read: nothingRead,
  });
}

/** `REMOTE_PROC_SECRET_LOOKUP_BY_UUID` (141). */
export function secretLookupByUuid(connection: LibvirtConnection, uuid: string): Promise<SecretHandle> {
  return connection.call({
    procedure: "secretLookupByUuid",
    write: (writer) => uuidWrite(writer, uuid),
    read: secretHandleRead,
  });
}

/** `REMOTE_PROC_SECRET_LOOKUP_BY_USAGE` (147). */
export function secretLookupByUsage(
  connection: LibvirtConnection,
  usageType: SecretUsageType,
  usageId: string,
): Promise<SecretHandle> {
  return connection.call({
    procedure: "secretLookupByUsage",
    write: (writer) => {
      writer.int(SECRET_USAGE_TYPES.indexOf(usageType));
      writer.string(usageId);
    },
    read: secretHandleRead,
  });
}

/** `REMOTE_PROC_CONNECT_LIST_ALL_SECRETS` (287). Without flags: all. */
export function secretList(
  connection: LibvirtConnection,
  only: Flags<typeof LIST_SECRETS_FLAGS> = {},
): Promise<SecretHandle[]> {
  return connection.call({
    procedure: "connectListAllSecrets",
    write: (writer) => {
      writer.boolean(true);
      writer.unsignedInt(flagsOf(LIST_SECRETS_FLAGS, only));
    },
    read: (reader) => {
      const secrets = reader.array(SECRET_LIST_MAX, secretHandleRead);
      reader.unsignedInt();
      return secrets;
    },
  });
}

export function secretHandleRead(reader: XdrReader): SecretHandle {
  const uuid = uuidRead(reader);
  const usageType = SECRET_USAGE_TYPES[reader.int()] ?? "none";
  return { uuid, usageType, usageId: reader.string(STRING_MAX) };
}

/** libvirtd looks at the uuid alone; usage type and id only have to be there. */
function secretWrite(writer: XdrWriter, secret: SecretReference): void {
  uuidWrite(writer, secret.uuid);
  writer.int(SECRET_USAGE_TYPES.indexOf(secret.usageType ?? "none"));
  writer.string(secret.usageId ?? "");
}
