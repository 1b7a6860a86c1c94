/** Resolves when it is out: the process ends right after, and a long text in a pipe would lose its end. */
export function print(text: string): Promise<void> {
  return new Promise((resolve) => {
    // A reader that has gone away (head) has read enough.
    process.stdout.once("error", () => resolve());
    process.stdout.write(text, () => resolve());
  });
}

/** Columns side by side, the first row being their names. */
export function tableText(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}
