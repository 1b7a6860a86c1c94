/**
 * Nova gives a name filter to the database as a regular expression. Of that language the useful part is served, in time
 * linear in the name: `^` and `$` at the ends, `.` for any character, `.*` for any text, a backslash before a character that is
 * meant as it is. Everything else is literal. Case does not matter.
 */
export function namePattern(pattern: string): (name: string) => boolean {
  const fromStart = pattern.startsWith("^");
  const toEnd = pattern.endsWith("$") && !pattern.endsWith("\\$");
  const inner = pattern.slice(fromStart ? 1 : 0, toEnd ? -1 : undefined);
  const pieces = piecesOf(inner.toLowerCase());
  return (name) => matches(Array.from(name.toLowerCase()), pieces, { fromStart, toEnd });
}

/** Undefined stands for any character. */
type Piece = readonly (string | undefined)[];

/** What stands between the `.*`. */
function piecesOf(pattern: string): Piece[] {
  const pieces: (string | undefined)[][] = [[]];
  for (const token of pattern.match(/\.\*|\\?[\s\S]/gu) ?? []) {
    if (token === ".*") pieces.push([]);
    else
      pieces
        .at(-1)
        ?.push(
          token === "." ? undefined : token.length > 1 && token.startsWith("\\") ? token.slice(1) : token,
        );
  }
  return pieces;
}

function matches(
  name: readonly string[],
  pieces: readonly Piece[],
  ends: { fromStart: boolean; toEnd: boolean },
): boolean {
  let at = 0;
  for (const [index, piece] of pieces.entries()) {
    const [first, last] = [index === 0 && ends.fromStart, index === pieces.length - 1 && ends.toEnd];
    // The leftmost place is as good as any for all but the last piece, which may have to reach the end.
    const found = last ? name.length - piece.length : first ? 0 : leftmost(name, piece, at);
    if (found < at || (first && found !== 0) || !fits(name, piece, found)) return false;
    at = found + piece.length;
  }
  return true;
}

function leftmost(name: readonly string[], piece: Piece, from: number): number {
  for (let at = from; at + piece.length <= name.length; at += 1) if (fits(name, piece, at)) return at;
  return -1;
}

function fits(name: readonly string[], piece: Piece, at: number): boolean {
  return (
    at + piece.length <= name.length &&
    piece.every((wanted, offset) => wanted === undefined || name[at + offset] === wanted)
  );
}
