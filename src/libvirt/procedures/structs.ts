/** Structures that several procedures share (`remote_protocol.x`). */
import { XdrError } from "../xdr/error.ts";
import type { XdrReader } from "../xdr/reader.ts";
import type { XdrWriter } from "../xdr/writer.ts";

/** `REMOTE_STRING_MAX`, bytes. */
export const STRING_MAX = 4_194_304;
/** `VIR_UUID_BUFLEN`, bytes. */
export const UUID_BYTES = 16;

/** `remote_nonnull_domain`: how a domain is named in calls. libvirtd finds it by `uuid`. */
export interface DomainHandle {
  readonly name: string;
  /** Lower-case, with dashes. */
  readonly uuid: string;
  /** Of the running instance; -1 when it does not run. */
  readonly id: number;
}

/** What a call needs to name a domain; a {@link DomainHandle} is one. */
export interface DomainReference {
  readonly uuid: string;
  readonly name?: string;
  readonly id?: number;
}

/** @returns lower-case with dashes */
export function uuidRead(reader: XdrReader): string {
  const hex = reader.fixedOpaque(UUID_BYTES).toString("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Throws {@link XdrError} when `uuid` is not 32 hexadecimal digits, dashes aside. */
export function uuidWrite(writer: XdrWriter, uuid: string): void {
  const hex = uuid.replaceAll("-", "");
  if (!/^[0-9a-f]{32}$/i.test(hex)) throw new XdrError(`"${uuid}" is no UUID`);
  writer.fixedOpaque(Buffer.from(hex, "hex"));
}

export function domainHandleRead(reader: XdrReader): DomainHandle {
  return { name: reader.string(STRING_MAX), uuid: uuidRead(reader), id: reader.int() };
}

/** libvirtd looks at the uuid alone; name and id only have to be there. */
export function domainWrite(writer: XdrWriter, domain: DomainReference): void {
  writer.string(domain.name ?? "unnamed");
  uuidWrite(writer, domain.uuid);
  writer.int(domain.id ?? -1);
}

export function stringRead(reader: XdrReader): string {
  return reader.string(STRING_MAX);
}

/** For procedures without a result. */
export function nothingRead(): void {}

/** `{ paused: true, … }` for a table of flag bits by name. */
export type Flags<Table> = { readonly [Name in keyof Table]?: boolean };

/** The sum of the flags that are on. */
export function flagsOf<Name extends string>(
  numbers: Readonly<Record<Name, number>>,
  on: Readonly<Partial<Record<Name, boolean | undefined>>>,
): number {
  let flags = 0;
  for (const name in numbers) {
    if (on[name] === true) flags |= numbers[name];
  }
  return flags >>> 0;
}
