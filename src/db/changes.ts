/** What one statement does to one table. */
export interface Write {
  /** `*`: not told by the statement's text, so any. */
  readonly table: string;
  readonly kind: "insert" | "update" | "delete";
}

type Listener = (write: Write) => void;

/** Tells of writes the moment they are committed. */
export interface Changes {
  watch(listener: Listener): void;
  /** What the open transaction wrote so far. */
  uncommitted(): readonly Write[];
  /** To be called after each statement that ran; `inTransaction`: whether one is open then. */
  ran(statement: Statement, inTransaction: boolean): void;
}

/** What of a statement matters here. */
export type Statement = Write | "savepoint" | "release" | "rollback to" | "rollback" | "other";

export function createChanges(): Changes {
  const listeners: Listener[] = [];
  let uncommitted: Write[] = [];
  /** For each open savepoint, how many writes were before it. */
  let savepoints: number[] = [];
  const note = (statement: Statement): void => {
    if (typeof statement === "object") uncommitted.push(statement);
    else if (statement === "rollback") uncommitted = [];
    else if (statement === "savepoint") savepoints.push(uncommitted.length);
    else if (statement === "rollback to") uncommitted.length = savepoints.at(-1) ?? 0;
    else if (statement === "release") savepoints.pop();
  };
  return {
    watch: (listener) => listeners.push(listener),
    uncommitted: () => uncommitted,
    ran(statement, inTransaction) {
      note(statement);
      if (inTransaction) return;
      const committed = uncommitted;
      [uncommitted, savepoints] = [[], []];
      for (const write of committed) for (const listener of listeners) listener(write);
    },
  };
}

/** Undefined for a statement that only reads. */
export function statementOf(sql: string): Statement | undefined {
  const text = sql.trimStart().toLowerCase();
  if (/^(select|pragma|explain)\b/.test(text)) return undefined;
  const control = /^(savepoint|release|rollback to|rollback)\b/.exec(text);
  if (control) return control[1] as Statement;
  if (/^(begin|commit|end)\b/.test(text)) return "other";
  const match = /^(insert|update|delete)(?: or ignore)?(?: into| from)? "(\w+)"/.exec(text);
  if (match) {
    const replaces = / on conflict .*do update /s.test(text);
    return { table: match[2] ?? "*", kind: replaces ? "update" : (match[1] as Write["kind"]) };
  }
  return { table: "*", kind: "delete" };
}
