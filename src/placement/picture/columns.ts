import { capacityOf, type Inventory } from "../domain/inventory.ts";

/** A set of slots, one bit each. */
export class Bits {
  #words = new Uint32Array(4);

  has(slot: number): boolean {
    const word = slot >>> 5;
    return word < this.#words.length && ((this.#words[word] ?? 0) & (1 << (slot & 31))) !== 0;
  }

  add(slot: number): void {
    const word = slot >>> 5;
    if (word >= this.#words.length) {
      const grown = new Uint32Array(Math.max(word + 1, this.#words.length * 2));
      grown.set(this.#words);
      this.#words = grown;
    }
    this.#words[word] = (this.#words[word] ?? 0) | (1 << (slot & 31));
  }

  delete(slot: number): void {
    const word = slot >>> 5;
    if (word < this.#words.length) this.#words[word] = (this.#words[word] ?? 0) & ~(1 << (slot & 31));
  }
}

/** What a column holds of one provider. */
export type Stock = Omit<Inventory, "updatedAtMs">;

/** One resource class of all providers: a question about it reads a few numbers that lie side by side. */
export class Column {
  #length = 0;
  #capacity = new Float64Array();
  #used = new Float64Array();
  /** 0: this provider has nothing of the class. */
  #most = new Int32Array();
  #least = new Int32Array();
  #step = new Int32Array();

  set(slot: number, stock: Stock): void {
    if (slot >= this.#length) this.#grow(slot + 1);
    this.#capacity[slot] = capacityOf(stock);
    this.#used[slot] = stock.used;
    this.#most[slot] = stock.maxUnit;
    this.#least[slot] = stock.minUnit;
    this.#step[slot] = stock.stepSize;
  }

  clear(slot: number): void {
    if (slot < this.#length) this.#most[slot] = 0;
  }

  /** Whether one consumer may take this amount, which is at least 1, and it is there. */
  fits(slot: number, amount: number): boolean {
    return (
      slot < this.#length &&
      amount <= (this.#most[slot] ?? 0) &&
      amount >= (this.#least[slot] ?? 0) &&
      amount % (this.#step[slot] ?? 1) === 0 &&
      (this.#used[slot] ?? 0) + amount <= (this.#capacity[slot] ?? 0)
    );
  }

  /** Whether what several groups take together is there; least and step are each group's own matter. */
  holds(slot: number, amount: number): boolean {
    return (
      slot < this.#length &&
      amount <= (this.#most[slot] ?? 0) &&
      (this.#used[slot] ?? 0) + amount <= (this.#capacity[slot] ?? 0)
    );
  }

  /** As summaries show it. */
  summary(slot: number): { readonly capacity: number; readonly used: number } {
    return { capacity: Math.trunc(this.#capacity[slot] ?? 0), used: this.#used[slot] ?? 0 };
  }

  #grow(least: number): void {
    this.#length = Math.max(least, this.#length * 2, 16);
    const grown = <T extends Float64Array | Int32Array>(old: T, fresh: T): T => {
      fresh.set(old);
      return fresh;
    };
    this.#capacity = grown(this.#capacity, new Float64Array(this.#length));
    this.#used = grown(this.#used, new Float64Array(this.#length));
    this.#most = grown(this.#most, new Int32Array(this.#length));
    this.#least = grown(this.#least, new Int32Array(this.#length));
    this.#step = grown(this.#step, new Int32Array(this.#length));
  }
}
