/** Rock Ridge (IEEE P1282, SUSP P1281): what directory records say to POSIX systems, the real name above all. */
import { both32 } from "./iso9660-fields.ts";

const folderMode = 0o040_555;
const fileMode = 0o100_444;

function entry(signature: string, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(signature, "latin1"), Buffer.from([4 + body.length, 1]), body]);
}

/** PX: mode, links, user and group; everything is root's, readable for all as on a CD. */
function attributes(mode: number): Buffer {
  return entry("PX", both32(mode), both32(1), both32(0), both32(0));
}

/** NM: the name in whole. */
function name(value: string): Buffer {
  return entry("NM", Buffer.from([0]), Buffer.from(value, "utf8"));
}

export function fileUse(value: string): Buffer {
  return Buffer.concat([attributes(fileMode), name(value)]);
}

/** Without a name: of a directory's own and its parent's record. */
export function directoryUse(value: string | undefined): Buffer {
  return Buffer.concat([attributes(folderMode), ...(value === undefined ? [] : [name(value)])]);
}

/** ER: says that this is Rock Ridge, in the words that it prescribes; too long for a record. */
export const continuation = er();

function er(): Buffer {
  const [id, description, source] = [
    "RRIP_1991A",
    "THE ROCK RIDGE INTERCHANGE PROTOCOL PROVIDES SUPPORT FOR POSIX FILE SYSTEM SEMANTICS",
    "PLEASE CONTACT DISC PUBLISHER FOR SPECIFICATION SOURCE.  SEE PUBLISHER IDENTIFIER IN PRIMARY VOLUME DESCRIPTOR FOR CONTACT INFORMATION.",
  ];
  const lengths = Buffer.from([id.length, description.length, source.length, 1]);
  return entry("ER", lengths, Buffer.from(id + description + source, "latin1"));
}

/** Of the root's own record: SP begins it all, CE says where the rest is. */
export function rootUse(continuationSector: number): Buffer {
  const sharing = entry("SP", Buffer.from([0xbe, 0xef, 0]));
  const continued = entry("CE", both32(continuationSector), both32(0), both32(continuation.length));
  return Buffer.concat([sharing, attributes(folderMode), continued]);
}
