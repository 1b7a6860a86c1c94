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
  /** To be called after each statement that ran; `inTransaction`: whether one is open then. */
  ran(statement: Statement, inTransaction: boolean): void;
}

/** What of a statement matters here. */
export type Statement = Write | "rollback" | "other";

export function createChanges(): Changes {
  const listeners: Listener[] = [];
  let uncommitted: Write[] = [];
  return {
    watch: (listener) => listeners.push(listener),
    ran(statement, inTransaction) {
      if (statement === "rollback") uncommitted = [];
      else if (statement !== "other") uncommitted.push(statement);
      if (inTransaction || uncommitted.length === 0) return;
      for (const write of uncommitted) for (const listener of listeners) listener(write);
      uncommitted = [];
    },
  };
}

/** Undefined for a statement that only reads. */
export function statementOf(sql: string): Statement | undefined {
  const text = sql.trimStart().toLowerCase();
  if (/^(select|pragma|explain)\b/.test(text)) return undefined;
  if (/^(begin|commit|end|savepoint|release|rollback to)\b/.test(text)) return "other";
  if (text.startsWith("rollback")) return "rollback";
  const match = /^(insert|update|delete)(?: or ignore)?(?: into| from)? "(\w+)"/.exec(text);
  if (match) {
    const replaces = / on conflict .*do update /s.test(text);
    return { table: match[2] ?? "*", kind: replaces ? "update" : (match[1] as Write["kind"]) };
  }
  return { table: "*", kind: "delete" };
}
