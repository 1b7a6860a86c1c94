/** JSON that is text already. */
export class ReadyJson {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A row's texts at most: as many kinds of callers and microversions at a time as one can expect. */
const textsOfRow = 8;

const textsByRow = new WeakMap<object, Map<string, string>>();

/**
 * A row as JSON, made once for each `key`, for as long as this very row (the object, which nobody changes) is in memory.
 * The key must tell apart everything but the row that `make` looks at: microversion, permissions, base URL.
 */
export function rowJson(row: object, key: string, make: () => object): string {
  let texts = textsByRow.get(row);
  if (!texts) textsByRow.set(row, (texts = new Map()));
  const known = texts.get(key);
  if (known !== undefined) return known;
  const text = JSON.stringify(make());
  if (texts.size >= textsOfRow) texts.clear();
  texts.set(key, text);
  return text;
}

/** `{"servers": [rows], …rest}` */
export function listJson(name: string, rows: readonly string[], rest: object = {}): ReadyJson {
  const more = JSON.stringify(rest).slice(1, -1);
  return new ReadyJson(`{${JSON.stringify(name)}:[${rows.join(",")}]${more === "" ? "" : `,${more}`}}`);
}
