import { sharingTrait } from "../domain/candidates.ts";
import { isCustomName } from "../domain/names.ts";
import { Bits, Column, type Stock } from "./columns.ts";
import { Forest } from "./forest.ts";
import { Interned } from "./interned.ts";
import { sharedByRoot } from "./sharing.ts";

/** What a provider has. */
export interface ProviderDetails {
  readonly inventories: readonly Stock[];
  readonly traits: readonly string[];
  readonly aggregates: readonly string[];
}

/** A provider as it is now. */
export interface ProviderState extends ProviderDetails {
  readonly uuid: string;
  readonly name: string;
  readonly parentUuid: string | undefined;
  readonly rootUuid: string;
  /** Mark of the last change (`ProviderRow.changed`). */
  readonly changed: number;
}

/**
 * All providers of the cloud in memory. Each has a number, its slot; what questions scan lies in columns by slot. Nobody but
 * `apply` changes it, in one go, so whoever reads it without awaiting sees one state.
 */
export class Picture {
  readonly forest = new Forest();
  readonly #slots = new Map<string, number>();
  readonly #free: number[] = [];
  readonly #uuids: string[] = [];
  readonly #changed: number[] = [];
  readonly #classes: (readonly string[])[] = [];
  readonly #traits: (readonly string[])[] = [];
  readonly #aggregates: (readonly string[])[] = [];
  readonly #summaries: (string | undefined)[] = [];
  readonly #columns = new Map<string, Column>();
  readonly #slotsByTrait = new Map<string, Bits>();
  readonly #slotsByAggregate = new Map<string, Set<number>>();
  readonly #sharers = new Set<number>();
  readonly #interned = new Interned();
  #shared: ReadonlyMap<number, readonly number[]> | undefined;

  slot(uuid: string): number | undefined {
    return this.#slots.get(uuid);
  }

  uuid(slot: number): string {
    return this.#uuids[slot] ?? "";
  }

  /** Mark of the last change that is in the picture; undefined: it has no such provider. */
  changed(uuid: string): number | undefined {
    const slot = this.#slots.get(uuid);
    return slot === undefined ? undefined : this.#changed[slot];
  }

  column(resourceClass: string): Column | undefined {
    return this.#columns.get(resourceClass);
  }

  /** Who has the trait; undefined: nobody ever had it. */
  withTrait(trait: string): Bits | undefined {
    return this.#slotsByTrait.get(trait);
  }

  inAggregate(aggregate: string): ReadonlySet<number> | undefined {
    return this.#slotsByAggregate.get(aggregate);
  }

  isSharer(slot: number): boolean {
    return this.#sharers.has(slot);
  }

  /** Root → the sharing providers of other trees that an aggregate joins with some provider of the root's tree. */
  get shared(): ReadonlyMap<number, readonly number[]> {
    return (this.#shared ??= sharedByRoot(this.forest, {
      sharers: this.#sharers,
      aggregatesOf: (slot) => this.#aggregates[slot] ?? [],
      slotsOf: (aggregate) => this.#slotsByAggregate.get(aggregate) ?? new Set(),
    }));
  }

  classes(slot: number): readonly string[] {
    return this.#classes[slot] ?? [];
  }

  traits(slot: number): readonly string[] {
    return this.#traits[slot] ?? [];
  }

  /** What `make` made of the provider since it changed last. */
  summary(slot: number, make: () => string): string {
    return (this.#summaries[slot] ??= make());
  }

  apply(gone: readonly string[], states: readonly ProviderState[]): void {
    for (const uuid of gone) this.#remove(uuid);
    const placed: ProviderState[] = [];
    for (const state of states) {
      const slot = this.#slotFor(state.uuid);
      if (this.#uuids[slot] === state.uuid && this.forest.isSame(slot, this.#placeOf(state))) continue;
      // Out first, all of them: a tree that moves is never half here and half there.
      if ((this.#uuids[slot] ?? "") !== "") this.forest.remove(slot);
      placed.push(state);
    }
    placed.sort((left, right) => (left.name < right.name ? -1 : 1));
    for (const state of placed) {
      const slot = this.#slotFor(state.uuid);
      this.#uuids[slot] = state.uuid;
      this.forest.put(slot, this.#placeOf(state));
      this.#shared = undefined;
    }
    for (const state of states) this.#describe(this.#slotFor(state.uuid), state);
  }

  #placeOf(state: ProviderState) {
    const parent = state.parentUuid === undefined ? -1 : this.#slotFor(state.parentUuid);
    return { name: state.name, parent, root: this.#slotFor(state.rootUuid) };
  }

  #slotFor(uuid: string): number {
    const known = this.#slots.get(uuid);
    if (known !== undefined) return known;
    const slot = this.#free.pop() ?? this.#slots.size;
    this.#slots.set(uuid, slot);
    return slot;
  }

  #describe(slot: number, state: ProviderDetails & { readonly changed: number }): void {
    this.#changed[slot] = state.changed;
    this.#summaries[slot] = undefined;
    this.#setInventories(slot, state.inventories);
    this.#setTraits(slot, state.traits);
    this.#setAggregates(slot, state.aggregates);
  }

  #setInventories(slot: number, inventories: readonly Stock[]): void {
    const before = this.#classes[slot] ?? [];
    const names = this.#interned.list(inventories.map((each) => each.resourceClass).sort());
    this.#classes[slot] = names;
    for (const name of before) if (!names.includes(name)) this.#columns.get(name)?.clear(slot);
    for (const stock of inventories) {
      let column = this.#columns.get(stock.resourceClass);
      if (!column) this.#columns.set(stock.resourceClass, (column = new Column()));
      column.set(slot, stock);
    }
  }

  #setTraits(slot: number, unordered: readonly string[]): void {
    const before = this.#traits[slot] ?? [];
    const traits = this.#interned.list(unordered.toSorted(compareTraits));
    if (traits === before) return;
    this.#traits[slot] = traits;
    for (const trait of before) this.#slotsByTrait.get(trait)?.delete(slot);
    for (const trait of traits) {
      let slots = this.#slotsByTrait.get(trait);
      if (!slots) this.#slotsByTrait.set(trait, (slots = new Bits()));
      slots.add(slot);
    }
    const shares = traits.includes(sharingTrait);
    if (shares === this.#sharers.has(slot)) return;
    if (shares) this.#sharers.add(slot);
    else this.#sharers.delete(slot);
    this.#shared = undefined;
  }

  #setAggregates(slot: number, unordered: readonly string[]): void {
    const before = this.#aggregates[slot] ?? [];
    const aggregates = this.#interned.list(unordered.toSorted());
    if (aggregates === before) return;
    this.#aggregates[slot] = aggregates;
    for (const aggregate of before) {
      const slots = this.#slotsByAggregate.get(aggregate);
      slots?.delete(slot);
      if (slots?.size === 0) this.#slotsByAggregate.delete(aggregate);
    }
    for (const aggregate of aggregates) {
      const slots = this.#slotsByAggregate.get(aggregate);
      if (slots) slots.add(slot);
      else this.#slotsByAggregate.set(aggregate, new Set([slot]));
    }
    this.#shared = undefined;
  }

  #remove(uuid: string): void {
    const slot = this.#slots.get(uuid);
    if (slot === undefined) return;
    this.#describe(slot, { inventories: [], traits: [], aggregates: [], changed: -1 });
    this.forest.remove(slot);
    this.#slots.delete(uuid);
    this.#uuids[slot] = "";
    this.#free.push(slot);
    this.#shared = undefined;
  }
}

/** The standard ones before the custom ones. */
function compareTraits(left: string, right: string): number {
  const [a, b] = [isCustomName(left), isCustomName(right)];
  if (a !== b) return a ? 1 : -1;
  return left < right ? -1 : Number(left > right);
}
