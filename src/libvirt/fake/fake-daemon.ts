import type { ProcedureName } from "../procedures/numbers.ts";
import type { FakeErrorFields } from "./fake-error.ts";
import type { FakeHost } from "./fake-host.ts";

/** What the next call of a procedure meets instead of its ordinary answer. */
export type FakeFault =
  | { readonly kind: "error"; readonly error: FakeErrorFields }
  /** The connection goes, after the call was carried out or instead. */
  | { readonly kind: "drop"; readonly carryOut: boolean }
  /** The answer waits for the promise. */
  | { readonly kind: "hold"; readonly until: Promise<void> };

/** What a connection needs of the daemon that it belongs to. */
export interface FakeDaemon {
  readonly host: FakeHost;
  readonly silent: boolean;
  readonly calls: ProcedureName[];
  readonly keepalive: { pings: number; pongs: number };
  takeFault(name: ProcedureName): FakeFault | undefined;
}
