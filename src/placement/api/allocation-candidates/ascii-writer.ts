/** So long a text is turned into bytes at once: one of many megabytes would be copied several times on its way. */
const portion = 64 * 1024;

/** Joins many short texts, in which every character is ASCII, to bytes. */
export class AsciiWriter {
  readonly #done: Buffer[] = [];
  #text = "";

  add(text: string): void {
    this.#text += text;
    if (this.#text.length > portion) this.#flush();
  }

  /** With commas between. */
  addList<T>(items: Iterable<T>, textOf: (item: T) => string): void {
    let comma = "";
    for (const item of items) {
      this.add(comma + textOf(item));
      comma = ",";
    }
  }

  bytes(): Buffer {
    this.#flush();
    return Buffer.concat(this.#done);
  }

  #flush(): void {
    this.#done.push(Buffer.from(this.#text, "latin1"));
    this.#text = "";
  }
}
