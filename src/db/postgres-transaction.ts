import { changeEntry, changeInsert } from "./change-log.ts";
import { statementOf, type Statement, type Write } from "./changes.ts";

type Ask = (sql: string, parameters: readonly unknown[]) => Promise<unknown>;

/**
 * One connection's statements, with fewer journeys for a transaction: its beginning goes out together with its first
 * statement, and its commit together with what it leaves in the log of changes, when it `tells`.
 */
export function transactionAsk(ask: Ask, { tells }: { readonly tells: boolean }): Ask {
  /** Asked for, not yet sent. */
  let beginning: string | undefined;
  /** Sent, not yet answered. */
  let begun: Promise<unknown> | undefined;
  /** Some statement waits for the answer. */
  let isHeld = false;
  let writes = new Map<string, Write>();

  function begin(sql: string): Promise<unknown> {
    const answer = ask(sql, []).finally(() => {
      if (begun === answer) begun = undefined;
    });
    begun = answer;
    isHeld = false;
    return answer;
  }

  function end(sql: "commit" | "rollback"): Promise<unknown> {
    if (beginning !== undefined) {
      beginning = undefined;
      return Promise.resolve({ command: sql.toUpperCase(), rowCount: 0, rows: [] });
    }
    if (!tells || sql === "rollback" || writes.size === 0) return ask(sql, []);
    return inOrder([ask(changeInsert, [changeEntry([...writes.values()])]), ask(sql, [])]);
  }

  return async (sql, parameters) => {
    if (sql.startsWith("start transaction")) {
      [beginning, writes] = [sql, new Map()];
      return { command: "START", rowCount: 0, rows: [] };
    }
    if (sql === "commit" || sql === "rollback") return end(sql);
    const statement = effectOf(sql);
    if (typeof statement === "object") writes.set(`${statement.kind} ${statement.table}`, statement);
    const first = beginning;
    beginning = undefined;
    const answer = first === undefined ? begun : begin(first);
    // Had it not begun, what only reads would do no harm; a write waits, and then what comes after it does, too.
    if (answer !== undefined && (statement !== undefined || isHeld)) {
      isHeld = true;
      await answer;
    }
    if (first === undefined || answer === undefined) return ask(sql, parameters);
    return inOrder([answer, ask(sql, parameters)]);
  };
}

/** Sent together: the answer of the last, or the error of the first that has one, of which the others are consequences. */
async function inOrder(answers: readonly Promise<unknown>[]): Promise<unknown> {
  const settled = await Promise.allSettled(answers);
  const failed = settled.find((each) => each.status === "rejected");
  if (failed) throw failed.reason;
  const last = settled.at(-1);
  return last?.status === "fulfilled" ? last.value : undefined;
}

const effects = new Map<string, Statement | undefined>();

/** As `statementOf`, which looks at a text once. */
function effectOf(sql: string): Statement | undefined {
  if (effects.has(sql)) return effects.get(sql);
  if (effects.size > 2_000) effects.clear();
  const effect = statementOf(sql);
  effects.set(sql, effect);
  return effect;
}
