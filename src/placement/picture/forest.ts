/** The providers' trees: who is whose parent and root, and everything in the order of names. */
export class Forest {
  readonly #names: string[] = [];
  /** -1: none. */
  readonly #parents: number[] = [];
  readonly #roots: number[] = [];
  /** Of roots that have more than themselves: all providers of the tree, by name. */
  readonly #members = new Map<number, number[]>();
  #order: number[] = [];
  #nested = 0;

  /** The roots, by name. */
  get order(): readonly number[] {
    return this.#order;
  }

  /** Whether any provider has a parent. */
  get hasTrees(): boolean {
    return this.#nested > 0;
  }

  name(slot: number): string {
    return this.#names[slot] ?? "";
  }

  parent(slot: number): number {
    return this.#parents[slot] ?? -1;
  }

  root(slot: number): number {
    return this.#roots[slot] ?? -1;
  }

  /** Undefined: the root alone. */
  members(root: number): readonly number[] | undefined {
    return this.#members.get(root);
  }

  isSame(slot: number, at: { name: string; parent: number; root: number }): boolean {
    return (
      this.#names[slot] === at.name && this.#parents[slot] === at.parent && this.#roots[slot] === at.root
    );
  }

  /** The parent and the root may come later. */
  put(slot: number, at: { name: string; parent: number; root: number }): void {
    this.#names[slot] = at.name;
    this.#parents[slot] = at.parent;
    this.#roots[slot] = at.root;
    if (at.parent === -1) this.#insert(this.#order, slot);
    else this.#nested += 1;
    const members = this.#members.get(at.root);
    if (members) this.#insert(members, slot);
    else if (at.root !== slot) this.#members.set(at.root, [slot]);
    // The root itself belongs to its members too, whichever of them came first.
    if (at.root !== slot && members === undefined && this.#parents[at.root] === -1) {
      this.#insert(this.#members.get(at.root) ?? [], at.root);
    }
  }

  remove(slot: number): void {
    if (this.parent(slot) === -1) this.#take(this.#order, slot);
    else this.#nested -= 1;
    const root = this.root(slot);
    const members = this.#members.get(root);
    if (members) {
      this.#take(members, slot);
      if (members.length === 0 || (members.length === 1 && members[0] === root)) this.#members.delete(root);
    }
    this.#roots[slot] = -1;
    this.#parents[slot] = -2;
  }

  /** Where it is, or where it belongs. */
  #placeOf(slots: readonly number[], slot: number): number {
    const name = this.name(slot);
    const last = slots.at(-1);
    if (last === undefined || this.name(last) < name) return slots.length;
    let [low, high] = [0, slots.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.name(slots[middle] ?? 0) < name) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #insert(slots: number[], slot: number): void {
    slots.splice(this.#placeOf(slots, slot), 0, slot);
  }

  #take(slots: number[], slot: number): void {
    const place = this.#placeOf(slots, slot);
    if (slots[place] === slot) slots.splice(place, 1);
  }
}
