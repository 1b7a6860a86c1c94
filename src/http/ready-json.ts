/** JSON that is bytes already. */
export class ReadyJson {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
}

/** A row's forms at most: as many kinds of callers and microversions at a time as one can expect. */
const formsOfRow = 8;

const formsByRow = new WeakMap<object, Map<string, Buffer>>();

/**
 * A row as JSON with a comma before it, made once for each `key`, for as long as this very row (the object, which nobody
 * changes) is in memory. The key must tell apart everything but the row that `make` looks at: microversion,
 * permissions, base URL.
 */
export function rowJson(row: object, key: string, make: () => object): Buffer {
  let forms = formsByRow.get(row);
  if (!forms) formsByRow.set(row, (forms = new Map()));
  const known = forms.get(key);
  if (known !== undefined) return known;
  const bytes = Buffer.from(`,${JSON.stringify(make())}`);
  if (forms.size >= formsOfRow) forms.clear();
  forms.set(key, bytes);
  return bytes;
}

const madeOf = new WeakMap<object, { readonly other: object | undefined; readonly json: ReadyJson }>();

/** JSON of two such objects (`other` may be none), made once while both stay. */
export function pairJson(row: object, other: object | undefined, make: () => object): ReadyJson {
  const known = madeOf.get(row);
  if (known && known.other === other) return known.json;
  const json = new ReadyJson(Buffer.from(JSON.stringify(make())));
  madeOf.set(row, { other, json });
  return json;
}

/** `{"servers": [rows of rowJson], …rest}` */
export function listJson(name: string, rows: readonly Buffer[], rest: object = {}): ReadyJson {
  const [first, ...others] = rows;
  const more = JSON.stringify(rest).slice(1, -1);
  return new ReadyJson(
    Buffer.concat([
      Buffer.from(`{${JSON.stringify(name)}:[`),
      ...(first === undefined ? [] : [first.subarray(1)]),
      ...others,
      Buffer.from(`]${more === "" ? "" : `,${more}`}}`),
    ]),
  );
}
