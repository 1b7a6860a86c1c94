/** What a program asks of a library: the names that it links to, and under which version. */
export interface StandInLibrary {
  readonly soname: string;
  readonly version: string;
  readonly symbols: readonly string[];
}

const HEADER_SIZE = 64;
const PROGRAM_HEADER_SIZE = 56;
const SYMBOL_SIZE = 24;
const READ_WRITE = 6;

/**
 * A shared library for x86-64 that has these names and nothing behind them: whoever calls one crashes. (System V ABI, chapters
 * 4 and 5; versions: LSB core, 10.7.)
 */
export function standInLibrary({ soname, version, symbols }: StandInLibrary): Buffer {
  const strings = stringTable([soname, version, ...symbols]);
  // Each name of its own version, which is the second: the first is the library itself.
  const versions = uint16s([0, ...symbols.map(() => 2)]);
  const parts = {
    strings: strings.bytes,
    symbols: Buffer.concat([Buffer.alloc(SYMBOL_SIZE), ...symbols.map((name) => symbol(strings.at(name)))]),
    hash: hashTable(symbols.length + 1),
    versions,
    definitions: Buffer.concat([
      versionDefinition({ index: 1, name: soname, nameAt: strings.at(soname), isLast: false }),
      versionDefinition({ index: 2, name: version, nameAt: strings.at(version), isLast: true }),
    ]),
  };
  const at = new Map<keyof typeof parts, number>();
  let end = HEADER_SIZE + 3 * PROGRAM_HEADER_SIZE;
  const body: Buffer[] = [];
  for (const [name, bytes] of Object.entries(parts) as [keyof typeof parts, Buffer][]) {
    at.set(name, end);
    const padded = Buffer.concat([bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8)]);
    body.push(padded);
    end += padded.length;
  }
  const place = (name: keyof typeof parts): number => at.get(name) ?? 0;
  const dynamic = dynamicSection([
    ["soname", strings.at(soname)],
    ["hash", place("hash")],
    ["strings", place("strings")],
    ["stringsSize", strings.bytes.length],
    ["symbols", place("symbols")],
    ["symbolSize", SYMBOL_SIZE],
    ["versions", place("versions")],
    ["definitions", place("definitions")],
    ["definitionCount", 2],
    ["end", 0],
  ]);
  const programHeaders = [
    programHeader(1, 0, end + dynamic.length, 4_096), // PT_LOAD
    programHeader(2, end, dynamic.length, 8), // PT_DYNAMIC
    programHeader(0x64_74_e5_51, 0, 0, 16), // PT_GNU_STACK
  ];
  return Buffer.concat([fileHeader(programHeaders.length), ...programHeaders, ...body, dynamic]);
}

/** DT_SONAME and so on. */
const TAGS = {
  end: 0,
  hash: 4,
  strings: 5,
  symbols: 6,
  stringsSize: 10,
  symbolSize: 11,
  soname: 14,
  versions: 0x6f_ff_ff_f0,
  definitions: 0x6f_ff_ff_fc,
  definitionCount: 0x6f_ff_ff_fd,
};

function dynamicSection(entries: readonly (readonly [keyof typeof TAGS, number])[]): Buffer {
  return uint64s(entries.flatMap(([tag, value]) => [TAGS[tag], value]));
}

function fileHeader(programHeaders: number): Buffer {
  const header = Buffer.alloc(HEADER_SIZE);
  header.write("\u007fELF\u0002\u0001\u0001", "latin1");
  header.writeUInt16LE(3, 16); // ET_DYN
  header.writeUInt16LE(62, 18); // EM_X86_64
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(BigInt(HEADER_SIZE), 32);
  header.writeUInt16LE(HEADER_SIZE, 52);
  header.writeUInt16LE(PROGRAM_HEADER_SIZE, 54);
  header.writeUInt16LE(programHeaders, 56);
  return header;
}

function programHeader(type: number, at: number, size: number, alignment: number): Buffer {
  const kind = Buffer.alloc(8);
  kind.writeUInt32LE(type, 0);
  kind.writeUInt32LE(READ_WRITE, 4);
  return Buffer.concat([kind, uint64s([at, at, at, size, size, alignment])]);
}

/** A global function, defined at an address where nothing is. */
function symbol(nameAt: number): Buffer {
  const entry = Buffer.alloc(SYMBOL_SIZE);
  entry.writeUInt32LE(nameAt, 0);
  entry.writeUInt8((1 << 4) | 2, 4); // STB_GLOBAL, STT_FUNC
  entry.writeUInt16LE(1, 6);
  entry.writeBigUInt64LE(1n, 8);
  return entry;
}

/** One bucket with a chain of all symbols: there are few. */
function hashTable(symbols: number): Buffer {
  const chain = Array.from({ length: symbols }, (_, index) =>
    index === 0 || index + 1 === symbols ? 0 : index + 1,
  );
  return uint32s([1, symbols, Math.min(1, symbols - 1), ...chain]);
}

function versionDefinition(of: {
  readonly index: number;
  readonly name: string;
  readonly nameAt: number;
  readonly isLast: boolean;
}): Buffer {
  const isLibraryItself = of.index === 1;
  const [size, nameSize] = [20, 8];
  return Buffer.concat([
    uint16s([1, isLibraryItself ? 1 : 0, of.index, 1]),
    uint32s([elfHash(of.name), size, of.isLast ? 0 : size + nameSize]),
    uint32s([of.nameAt, 0]),
  ]);
}

/** System V ABI, figure 5-13. */
function elfHash(name: string): number {
  let hash = 0n;
  for (const byte of Buffer.from(name)) {
    hash = (hash << 4n) + BigInt(byte);
    const high = hash & 0xf000_0000n;
    hash = (hash ^ (high >> 24n)) & ~high & 0xffff_ffffn;
  }
  return Number(hash);
}

function stringTable(texts: readonly string[]): { readonly bytes: Buffer; at(text: string): number } {
  const places = new Map<string, number>();
  let bytes = Buffer.alloc(1);
  for (const text of texts) {
    places.set(text, bytes.length);
    bytes = Buffer.concat([bytes, Buffer.from(`${text}\0`)]);
  }
  return { bytes, at: (text) => places.get(text) ?? 0 };
}

function uint16s(values: readonly number[]): Buffer {
  return Buffer.from(Uint16Array.from(values).buffer);
}

function uint32s(values: readonly number[]): Buffer {
  return Buffer.from(Uint32Array.from(values).buffer);
}

function uint64s(values: readonly number[]): Buffer {
  return Buffer.from(BigUint64Array.from(values, BigInt).buffer);
}
