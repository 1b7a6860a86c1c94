/**
 * Writes ISO 9660 volumes (ECMA-119) with Rock Ridge names for Linux and Joliet names for Windows, as `genisoimage -J -r`
 * does: two trees of directories over the same files. In memory, because what goes on a config drive is small and partly secret.
 */
import {
  both16,
  both32,
  recordDate,
  sectorBytes,
  sectorsOf,
  text,
  ucs2,
  ucs2Text,
  volumeDate,
} from "./iso9660-fields.ts";
import { continuation, directoryUse, fileUse, rootUse } from "./rock-ridge.ts";

export interface IsoFile {
  /** `openstack/latest/meta_data.json` */
  readonly path: string;
  readonly data: Uint8Array;
}

interface Node {
  readonly name: string;
  readonly parent: Node | undefined;
  /** Undefined for a directory. */
  readonly data: Uint8Array | undefined;
  readonly children: Node[];
}

/** One of the two trees: how it names things, and what it says beside the name. */
interface Tree {
  readonly nameOf: (node: Node) => Buffer;
  readonly use: (node: Node, as: "self" | "parent" | "entry") => Buffer;
  /** The directories, in the order of the path table. */
  readonly directories: readonly Node[];
  readonly extents: Map<Node, { readonly sector: number; readonly bytes: number }>;
}

/** The whole volume. */
export function isoImage(label: string, files: readonly IsoFile[], at: Date): Buffer {
  const root = treeOf(files);
  const fileNodes = nodesOf(root).filter(({ data }) => data !== undefined);
  const fileExtents: Tree["extents"] = new Map();
  const [primary, joliet] = [primaryTree(root), jolietTree(root)];
  const tableSectors = [primary, joliet].map((tree) => sectorsOf(pathTable(tree, "LE").length));
  // 16: primary descriptor, 17: Joliet's, 18: terminator, 19: Rock Ridge's long words, 20: the first path table.
  let next = 20;
  const tables = tableSectors.map((sectors) => {
    const [little, big] = [next, next + sectors];
    next += 2 * sectors;
    return { little, big };
  });
  for (const tree of [primary, joliet]) {
    for (const node of tree.directories) {
      const bytes = sectorsOf(directory(tree, node, fileExtents, at).length) * sectorBytes;
      tree.extents.set(node, { sector: next, bytes });
      next += bytes / sectorBytes;
    }
  }
  for (const node of fileNodes) {
    const bytes = node.data?.length ?? 0;
    fileExtents.set(node, { sector: next, bytes });
    next += sectorsOf(bytes);
  }
  const image = Buffer.alloc(next * sectorBytes);
  const put = (sector: number, bytes: Uint8Array): void => image.set(bytes, sector * sectorBytes);
  for (const [index, tree] of [primary, joliet].entries()) {
    const { little = 0, big = 0 } = tables[index] ?? {};
    const place = { sectors: next, little, big, tableBytes: pathTable(tree, "LE").length };
    put(16 + index, descriptor(tree, { label, at, joliet: index === 1, ...place }, root));
    put(little, pathTable(tree, "LE"));
    put(big, pathTable(tree, "BE"));
    for (const node of tree.directories)
      put(tree.extents.get(node)?.sector ?? 0, directory(tree, node, fileExtents, at));
  }
  put(18, Buffer.concat([Buffer.from([255]), text("CD001", 5), Buffer.from([1])]));
  put(rockRidgeSector, continuation);
  for (const node of fileNodes) put(fileExtents.get(node)?.sector ?? 0, node.data ?? Buffer.alloc(0));
  return image;
}

const rockRidgeSector = 19;

function treeOf(files: readonly IsoFile[]): Node {
  const root: Node = { name: "", parent: undefined, data: undefined, children: [] };
  for (const { path, data } of files) {
    const names = path.split("/");
    let folder = root;
    for (const [index, name] of names.entries()) {
      const known = folder.children.find((child) => child.name === name);
      const made = known ?? {
        name,
        parent: folder,
        data: index === names.length - 1 ? data : undefined,
        children: [],
      };
      if (known === undefined) folder.children.push(made);
      folder = made;
    }
  }
  return root;
}

function nodesOf(node: Node): Node[] {
  return [node, ...node.children.flatMap(nodesOf)];
}

/** 7.5, 7.6: capitals, digits and underscores, at most 31 of them; Rock Ridge says the real name. */
function primaryTree(root: Node): Tree {
  const plain = (name: string): string => name.toUpperCase().replaceAll(/[^A-Z0-9_]/g, "_");
  const nameOf = ({ name, data }: Node): Buffer => {
    if (data === undefined) return Buffer.from(plain(name).slice(0, 31), "latin1");
    const dot = name.lastIndexOf(".");
    const [stem, extension] = dot < 0 ? [name, ""] : [name.slice(0, dot), name.slice(dot + 1)];
    return Buffer.from(`${plain(stem).slice(0, 20)}.${plain(extension).slice(0, 8)};1`, "latin1");
  };
  const use: Tree["use"] = (node, as) => {
    if (node.data !== undefined) return fileUse(node.name);
    if (as === "entry") return directoryUse(node.name);
    return as === "self" && node.parent === undefined ? rootUse(rockRidgeSector) : directoryUse(undefined);
  };
  return { nameOf, use, directories: directoriesOf(root, nameOf), extents: new Map() };
}

/** Joliet's specification, 1995: names in UCS-2. */
function jolietTree(root: Node): Tree {
  const nameOf = ({ name, data }: Node): Buffer => ucs2(data === undefined ? name : `${name};1`);
  return { nameOf, use: () => Buffer.alloc(0), directories: directoriesOf(root, nameOf), extents: new Map() };
}

/** 6.9.1: by depth, then by the parent's number, then by name. */
function directoriesOf(root: Node, nameOf: Tree["nameOf"]): Node[] {
  const all: Node[] = [];
  for (let level = [root]; level.length > 0;) {
    all.push(...level);
    level = level.flatMap((node) => sorted(node, nameOf).filter(({ data }) => data === undefined));
  }
  return all;
}

/** 9.3 */
function sorted({ children }: Node, nameOf: Tree["nameOf"]): Node[] {
  return children.toSorted((a, b) => Buffer.compare(nameOf(a), nameOf(b)));
}

/** 9.4 */
function pathTable({ directories, extents, nameOf }: Tree, order: "LE" | "BE"): Buffer {
  return Buffer.concat(
    directories.map((node) => {
      const name = node.parent === undefined ? Buffer.from([0]) : nameOf(node);
      const entry = Buffer.alloc(8 + name.length + (name.length % 2));
      const parent = node.parent === undefined ? 1 : directories.indexOf(node.parent) + 1;
      entry.writeUInt8(name.length, 0);
      entry[`writeUInt32${order}`](extents.get(node)?.sector ?? 0, 2);
      entry[`writeUInt16${order}`](parent, 6);
      entry.set(name, 8);
      return entry;
    }),
  );
}

/** 9.1: a record never crosses the end of a sector. */
function directory(tree: Tree, node: Node, files: Tree["extents"], at: Date): Buffer {
  const of = (entry: Node): { sector: number; bytes: number } =>
    (entry.data === undefined ? tree.extents : files).get(entry) ?? { sector: 0, bytes: 0 };
  const parent = node.parent ?? node;
  const records = [
    record(of(node), { name: Buffer.from([0]), use: tree.use(node, "self"), folder: true, at }),
    record(of(parent), { name: Buffer.from([1]), use: tree.use(parent, "parent"), folder: true, at }),
    ...sorted(node, tree.nameOf).map((child) =>
      record(of(child), {
        name: tree.nameOf(child),
        use: tree.use(child, "entry"),
        folder: child.data === undefined,
        at,
      }),
    ),
  ];
  const parts: Buffer[] = [];
  let length = 0;
  for (const entry of records) {
    const left = sectorBytes - (length % sectorBytes);
    const gap = entry.length > left ? left : 0;
    parts.push(Buffer.alloc(gap), entry);
    length += gap + entry.length;
  }
  return Buffer.concat(parts);
}

function record(
  extent: { readonly sector: number; readonly bytes: number },
  what: { readonly name: Buffer; readonly use: Buffer; readonly folder: boolean; readonly at: Date },
): Buffer {
  const { name, use, folder, at } = what;
  const namePad = name.length % 2 === 0 ? 1 : 0;
  const length = 33 + name.length + namePad + use.length;
  const whole = length + (length % 2);
  if (whole > 255)
    throw new RangeError(`the name of a file on a config drive is too long: ${name.toString("latin1")}`);
  return Buffer.concat(
    [
      Buffer.from([whole, 0]),
      both32(extent.sector),
      both32(extent.bytes),
      recordDate(at),
      Buffer.from([folder ? 2 : 0, 0, 0]),
      both16(1),
      Buffer.from([name.length]),
      name,
      Buffer.alloc(namePad),
      use,
    ],
    whole,
  );
}

interface Volume {
  readonly label: string;
  readonly at: Date;
  readonly joliet: boolean;
  readonly sectors: number;
  readonly little: number;
  readonly big: number;
  readonly tableBytes: number;
}

/** 8.4, 8.5: primary, and Joliet's supplementary one, which differs in its escape sequence and its texts. */
function descriptor(tree: Tree, volume: Volume, root: Node): Buffer {
  const { label, at, joliet, sectors, tableBytes } = volume;
  const string = joliet ? ucs2Text : text;
  const [little, big] = [Buffer.alloc(8), Buffer.alloc(8)];
  little.writeUInt32LE(volume.little, 0);
  big.writeUInt32BE(volume.big, 0);
  const extent = tree.extents.get(root) ?? { sector: 0, bytes: 0 };
  return Buffer.concat(
    [
      Buffer.from([joliet ? 2 : 1]),
      text("CD001", 5),
      Buffer.from([1, 0]),
      string("", 32),
      string(label, 32),
      Buffer.alloc(8),
      both32(sectors),
      joliet ? text("%/E", 3) : Buffer.alloc(3),
      Buffer.alloc(29),
      both16(1),
      both16(1),
      both16(sectorBytes),
      both32(tableBytes),
      little,
      big,
      record(extent, { name: Buffer.from([0]), use: Buffer.alloc(0), folder: true, at }),
      string("", 128),
      string("Sealstone", 128),
      string("", 128),
      string("", 128),
      string("", 37),
      string("", 37),
      string("", 37),
      volumeDate(at),
      volumeDate(at),
      volumeDate(undefined),
      volumeDate(undefined),
      Buffer.from([1]),
    ],
    sectorBytes,
  );
}
