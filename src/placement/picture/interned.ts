/** Most providers of a cloud have the same classes and traits: each different list is kept once, so that lists compare by identity. */
export class Interned {
  readonly #lists = new Map<string, readonly string[]>();

  list(items: readonly string[]): readonly string[] {
    if (items.length === 0) return empty;
    const key = items.join(" ");
    const known = this.#lists.get(key);
    if (known) return known;
    // Lists that nobody has any more would pile up; to forget all costs a comparison that fails, once a provider.
    if (this.#lists.size >= 10_000) this.#lists.clear();
    this.#lists.set(key, items);
    return items;
  }
}

const empty: readonly string[] = [];
