import type { ProcedureName } from "../procedures/numbers.ts";
import type { XdrReader } from "../xdr/reader.ts";
import type { XdrWriter } from "../xdr/writer.ts";
import type { FakeHost } from "./fake-host.ts";

/** What a procedure of the fake works on. */
export interface FakeSession {
  readonly host: FakeHost;
  /** Callback id → `virDomainEventID`. */
  readonly callbacks: Map<number, number>;
  /** A callback id that no session has used. */
  readonly nextCallbackId: () => number;
}

/** Reads the arguments to their end, acts, and returns how to write the result. */
type FakeProcedure = (session: FakeSession, reader: XdrReader) => ((writer: XdrWriter) => void) | void;

export type FakeProcedures = { readonly [Name in ProcedureName]?: FakeProcedure };
