import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { Type, type Static } from "typebox";
import { Parse } from "typebox/value";
import { isAbsent } from "../files.ts";

const SimTpm = Type.Object({
  version: Type.Union([Type.Literal("1.2"), Type.Literal("2.0")]),
  secretId: Type.String(),
  /** Of the passphrase that the TPM was made with: only the same one opens it. */
  passphraseSha256: Type.String(),
  /** Whether the host keeps the passphrase (mode `host`); a simulated one keeps no more of it than its hash. */
  passphraseKept: Type.Optional(Type.Boolean()),
  /** How often its state was written; absent in the books of earlier versions. */
  writes: Type.Optional(Type.Integer()),
});

const SimServer = Type.Object({
  domain: Type.Optional(
    Type.Object({
      name: Type.String(),
      tpmVersion: Type.Optional(Type.Union([Type.Literal("1.2"), Type.Literal("2.0")])),
      /** Boots from the rescue's disk. */
      rescued: Type.Optional(Type.Boolean()),
    }),
  ),
  disks: Type.Boolean(),
  rescueDisk: Type.Optional(Type.Boolean()),
  /** Of a rebuild: whether there is a disk that is to take its place, and the one that had it. */
  nextDisk: Type.Optional(Type.Boolean()),
  previousDisk: Type.Optional(Type.Boolean()),
  tpm: Type.Optional(SimTpm),
  /** Of a resize that is not yet confirmed: the old disk is kept, and the TPM that was put aside. */
  oldDisk: Type.Optional(Type.Boolean()),
  oldTpm: Type.Optional(SimTpm),
  power: Type.Union([Type.Literal("running"), Type.Literal("paused"), Type.Literal("shutdown")]),
  managedSave: Type.Boolean(),
  boots: Type.Integer(),
  /** Copies of its disk, by image: at which boot each was made. */
  snapshots: Type.Optional(Type.Record(Type.String(), Type.Integer())),
});
export type SimServer = Static<typeof SimServer>;

const Books = Type.Record(Type.String(), SimServer);

const empty: SimServer = { disks: false, power: "shutdown", managedSave: false, boots: 0 };

/**
 * What is on a simulated host, by server id. Every change is in the file before it is told to anybody: written beside it and
 * renamed there, so that kill -9 leaves the one or the other.
 */
export class SimBooks {
  readonly #path: string;
  readonly #servers: Map<string, SimServer>;

  constructor(path: string) {
    this.#path = path;
    this.#servers = new Map(Object.entries(booksRead(path)));
  }

  get servers(): ReadonlyMap<string, SimServer> {
    return this.#servers;
  }

  get(serverId: string): SimServer {
    return this.#servers.get(serverId) ?? empty;
  }

  /** A server of which nothing is left is forgotten. */
  set(serverId: string, server: SimServer): void {
    const { domain, disks, tpm } = server;
    if (domain === undefined && !disks && tpm === undefined) this.#servers.delete(serverId);
    else this.#servers.set(serverId, server);
    const draft = `${this.#path}.new`;
    writeFileSync(draft, JSON.stringify(Object.fromEntries(this.#servers)), { mode: 0o600 });
    renameSync(draft, this.#path);
  }
}

/** The servers that a simulated host's file names; none when there is no file. */
function booksRead(path: string): Readonly<Record<string, SimServer>> {
  try {
    return Parse(Books, JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    if (isAbsent(error)) return {};
    throw error;
  }
}
