import type { SagaId } from "#base/ids.ts";
import type { Database, Migrations } from "#db/index.ts";

/** A fresh fake world for one run of the saga. */
export interface SagaWorld<Params, Deps> {
  readonly params: Params;
  readonly deps: Deps;
  readonly sealedBox?: Uint8Array | undefined;
  readonly resource?: string | undefined;
  /** When the sealed box is bound to it. */
  readonly sagaId?: SagaId | undefined;
  /**
   * Everything that the saga may make or change, comparable with `toEqual`; without ids that differ from
   * run to run. What it forgets to show is not tested.
   */
  readonly left: () => unknown;
}

export interface SagaTestSetup<Params, Deps> {
  /** Tables that the steps use, besides the saga's own. */
  readonly migrations?: Migrations | undefined;
  /** Called for each of the many runs, each with a database of its own. */
  readonly world: (database: Database) => SagaWorld<Params, Deps> | Promise<SagaWorld<Params, Deps>>;
  /** Asserts what is there after a success. Every success must leave the same in any case. */
  readonly done: (left: unknown) => void;
  /** Asserts what is there after an unwinding; without it: exactly what was there before. */
  readonly unwound?:
    | ((left: unknown, at: { readonly failedAt: string; readonly before: unknown }) => void)
    | undefined;
  /**
   * Steps whose effect cannot be there when they have failed. All others are also failed after their effect,
   * as when the answer is lost, so they need a guard before them.
   */
  readonly atomic?: readonly string[] | undefined;
}
