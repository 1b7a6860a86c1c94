/** Up to this size a text goes out faster than bytes: in one piece with the headers, and written from the stack (Node takes three bytes a character, 16 KiB in all). */
const textLimit = 5 * 1024;

/** JSON that is written already. */
export class ReadyJson {
  /** A text where it is small. */
  readonly body: Buffer | string;

  constructor(json: Buffer | string) {
    const isSmall = json.length <= textLimit;
    if (typeof json === "string") this.body = isSmall ? json : Buffer.from(json);
    else this.body = isSmall ? json.toString() : json;
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
export function pairJson(row: object, other: object | undefined, make: () => string): ReadyJson {
  const known = madeOf.get(row);
  if (known && known.other === other) return known.json;
  const json = new ReadyJson(make());
  madeOf.set(row, { other, json });
  return json;
}

interface Joined {
  readonly name: string;
  readonly rows: readonly Buffer[];
  readonly rest: string;
  readonly json: ReadyJson;
}

/** By the first row. */
const joinedLists = new Map<Buffer, Joined>();
let joinedBytes = 0;
const joinedBytesLimit = 16 * 1024 * 1024;

/**
 * `{"servers": [rows of rowJson], …rest}`. Who asks again for what has not changed has the very same rows, and gets the
 * list that was joined of them: rows are looked at, not time.
 */
export function listJson(name: string, rows: readonly Buffer[], rest: object = {}): ReadyJson {
  const [first] = rows;
  const wanted = { name, rows, rest: JSON.stringify(rest).slice(1, -1) };
  if (first === undefined) return emptyList(wanted);
  const known = joinedLists.get(first);
  if (known && isSame(known, wanted)) return known.json;
  const json = joinedOf(wanted);
  joinedBytes += json.body.length - (known?.json.body.length ?? 0);
  joinedLists.set(first, { ...wanted, json });
  if (joinedBytes > joinedBytesLimit) {
    joinedLists.clear();
    joinedBytes = 0;
  }
  return json;
}

const emptyLists = new Map<string, ReadyJson>();

/** Without rows there are as few as there are kinds of lists, but for what else belongs to them. */
function emptyList(wanted: Omit<Joined, "json">): ReadyJson {
  if (wanted.rest !== "") return joinedOf(wanted);
  const known = emptyLists.get(wanted.name);
  if (known) return known;
  const json = joinedOf(wanted);
  emptyLists.set(wanted.name, json);
  return json;
}

function isSame(known: Joined, { name, rows, rest }: Omit<Joined, "json">): boolean {
  return (
    known.name === name &&
    known.rest === rest &&
    known.rows.length === rows.length &&
    known.rows.every((row, index) => row === rows[index])
  );
}

function joinedOf({ name, rows, rest }: Omit<Joined, "json">): ReadyJson {
  const [first, ...others] = rows;
  return new ReadyJson(
    Buffer.concat([
      Buffer.from(`{${JSON.stringify(name)}:[`),
      ...(first === undefined ? [] : [first.subarray(1)]),
      ...others,
      Buffer.from(`]${rest === "" ? "" : `,${rest}`}}`),
    ]),
  );
}
