/** What one statement does to one table. */
export interface Write {
  /** `*`: not told by the statement's text, so any. */
  readonly table: string;
  readonly kind: "insert" | "update" | "delete";
}

/** Whoever holds something that a write makes stale. */
export interface Watcher {
  readonly dependsOn: (write: Write) => boolean;
  readonly stale: () => void;
}

/** Where one learns of committed writes. */
export interface News {
  watch(watcher: Watcher): void;
  /** Resolves when watchers know of everything that was committed before the call. Absent: they know at once. */
  catchUp?(): Promise<void>;
}

/** Tells of writes the moment they are committed: all of them are made by this process. */
export interface Changes extends News {
  /** To be called after each statement that ran; `inTransaction`: whether one is open then. */
  ran(statement: Statement, inTransaction: boolean): void;
}

/** What of a statement matters here. */
export type Statement = Write | "savepoint" | "release" | "rollback to" | "rollback" | "other";

export function createChanges(): Changes {
  const watchers: Watcher[] = [];
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
    watch: (watcher) => watchers.push(watcher),
    ran(statement, inTransaction) {
      note(statement);
      if (inTransaction) return;
      // Transactions that share a commit mostly wrote the same: the same statement's, which is one object.
      const committed = [...new Set(uncommitted)];
      [uncommitted, savepoints] = [[], []];
      staleTell(watchers, committed);
    },
  };
}

/** Whether the watcher holds something that the write may have changed. */
function matters(watcher: Pick<Watcher, "dependsOn">, write: Write): boolean {
  return write.table === "*" || watcher.dependsOn(write);
}

export function staleTell(watchers: readonly Watcher[], writes: readonly Write[]): void {
  for (const watcher of watchers) if (writes.some((write) => matters(watcher, write))) watcher.stale();
}

/** Undefined for a statement that changes no row. */
export function statementOf(sql: string): Statement | undefined {
  const text = sql.trimStart().toLowerCase();
  if (/^(select|pragma|explain|lock)\b/.test(text)) return undefined;
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
