/** The language of `name-pattern.ts`: POSIX's extended regular expressions, with what Perl's have beside them that needs no memory. */

/** True for a character; its case does not matter. */
export type CharTest = (char: string) => boolean;
/** True at a place between two characters; undefined stands for the ends. */
export type PlaceTest = (before: string | undefined, after: string | undefined) => boolean;

export type PatternNode =
  | { readonly kind: "char"; readonly test: CharTest }
  | { readonly kind: "place"; readonly test: PlaceTest }
  | { readonly kind: "all"; readonly parts: readonly PatternNode[] }
  | { readonly kind: "any"; readonly parts: readonly PatternNode[] }
  | { readonly kind: "repeat"; readonly part: PatternNode; readonly least: number; readonly most: number };

/** Not a regular expression, or one of what is not served (back references, lookarounds). */
export class PatternError extends Error {}

/** Of parentheses. */
const deepest = 50;

const isWord = (char: string | undefined): boolean => char !== undefined && /\w/.test(char);
const places: Readonly<Record<string, PlaceTest>> = {
  "^": (before) => before === undefined,
  $: (_before, after) => after === undefined,
  b: (before, after) => isWord(before) !== isWord(after),
  B: (before, after) => isWord(before) === isWord(after),
};
const classes: Readonly<Record<string, RegExp>> = { d: /\d/, D: /\D/, w: /\w/, W: /\W/, s: /\s/, S: /\S/ };
const controls: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", f: "\f", v: "\v" };
const posixClasses: Readonly<Record<string, RegExp>> = {
  alpha: /\p{L}/u,
  digit: /\d/,
  alnum: /[\p{L}\d]/u,
  upper: /\p{L}/u,
  lower: /\p{L}/u,
  space: /\s/,
  blank: /[ \t]/,
  punct: /[!-/:-@[-`{-~]/,
  print: /[^\p{C}]/u,
  graph: /[^\p{C}\s]/u,
  cntrl: /\p{Cc}/u,
  xdigit: /[\da-fA-F]/,
  word: /\w/,
};

const sameAs = (wanted: string): CharTest => {
  const lower = wanted.toLowerCase();
  return (char) => char.toLowerCase() === lower;
};

export function patternParse(text: string): PatternNode {
  if (text === "") throw new PatternError("it is empty");
  const parser = new Parser(Array.from(text));
  return parser.whole();
}

class Parser {
  readonly #chars: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(chars: readonly string[]) {
    this.#chars = chars;
  }

  whole(): PatternNode {
    const node = this.#alternatives();
    if (this.#at < this.#chars.length) throw new PatternError("unbalanced parenthesis");
    return node;
  }

  #peek(text: string): boolean {
    return Array.from(text).every((char, offset) => this.#chars[this.#at + offset] === char);
  }

  #take(text: string): boolean {
    const found = this.#peek(text);
    if (found) this.#at += text.length;
    return found;
  }

  #next(): string {
    const char = this.#chars[this.#at];
    if (char === undefined) throw new PatternError("it ends too early");
    this.#at += 1;
    return char;
  }

  #alternatives(): PatternNode {
    const parts = [this.#sequence()];
    while (this.#take("|")) parts.push(this.#sequence());
    return { kind: "any", parts };
  }

  #sequence(): PatternNode {
    const parts: PatternNode[] = [];
    while (this.#at < this.#chars.length && !this.#peek("|") && !this.#peek(")"))
      parts.push(this.#repeated());
    return { kind: "all", parts };
  }

  #repeated(): PatternNode {
    let part = this.#atom();
    for (;;) {
      const counts = this.#counts();
      if (!counts) return part;
      // As few as possible or as many: whether it matches is the same.
      this.#take("?");
      part = { kind: "repeat", part, ...counts };
    }
  }

  #counts(): { readonly least: number; readonly most: number } | undefined {
    if (this.#take("*")) return { least: 0, most: Number.POSITIVE_INFINITY };
    if (this.#take("+")) return { least: 1, most: Number.POSITIVE_INFINITY };
    if (this.#take("?")) return { least: 0, most: 1 };
    const [all, first, comma, last] =
      /^\{(\d{1,4})(,?)(\d{0,4})\}/.exec(this.#chars.slice(this.#at, this.#at + 12).join("")) ?? [];
    if (all === undefined) return undefined;
    this.#at += all.length;
    const least = Number(first);
    const most = comma === "" ? least : last === "" ? Number.POSITIVE_INFINITY : Number(last);
    if (most < least) throw new PatternError("the largest count is smaller than the least");
    return { least, most };
  }

  #atom(): PatternNode {
    const char = this.#next();
    if (char === "(") return this.#group();
    if (char === "[") return { kind: "char", test: this.#bracket() };
    if (char === ".") return { kind: "char", test: (one) => one !== "\n" };
    if (char === "\\") return this.#escaped();
    if ("*+?".includes(char)) throw new PatternError(`there is nothing before '${char}' to repeat`);
    const place = char === "^" || char === "$" ? places[char] : undefined;
    return place ? { kind: "place", test: place } : { kind: "char", test: sameAs(char) };
  }

  #group(): PatternNode {
    if (!this.#take("?:") && this.#peek("?")) throw new PatternError("'(?' is not served");
    this.#depth += 1;
    if (this.#depth > deepest) throw new PatternError("its parentheses are nested too deep");
    const node = this.#alternatives();
    this.#depth -= 1;
    if (!this.#take(")")) throw new PatternError("a parenthesis is not closed");
    return node;
  }

  #escaped(): PatternNode {
    const char = this.#next();
    const place = char === "b" || char === "B" ? places[char] : undefined;
    if (place) return { kind: "place", test: place };
    if (/[1-9]/.test(char)) throw new PatternError("back references are not served");
    return { kind: "char", test: escapedTest(char) };
  }

  /** What stands between `[` and `]`. */
  #bracket(): CharTest {
    const negated = this.#take("^");
    const tests: CharTest[] = [];
    do tests.push(this.#bracketPart());
    while (!this.#take("]"));
    const some: CharTest = (char) => tests.some((test) => test(char));
    return negated ? (char) => !some(char) : some;
  }

  #bracketPart(): CharTest {
    const char = this.#next();
    if (char === "[" && this.#take(":")) return this.#posixClass();
    if (char === "\\") {
      const escape = this.#next();
      if (classes[escape]) return escapedTest(escape);
      return this.#range(controls[escape] ?? escape);
    }
    return this.#range(char);
  }

  #posixClass(): CharTest {
    let name = "";
    while (!this.#take(":]")) name += this.#next();
    const known = posixClasses[name];
    if (!known) throw new PatternError(`there is no class '${name}'`);
    return (char) => known.test(char);
  }

  #range(first: string): CharTest {
    if (!this.#peek("-") || this.#peek("-]")) return sameAs(first);
    this.#take("-");
    const next = this.#next();
    const last = next === "\\" ? this.#next() : next;
    if (last < first) throw new PatternError("the range is empty");
    const within: CharTest = (char) => first <= char && char <= last;
    return (char) => within(char) || within(char.toLowerCase()) || within(char.toUpperCase());
  }
}

function escapedTest(char: string): CharTest {
  const known = classes[char];
  return known ? (one) => known.test(one) : sameAs(controls[char] ?? char);
}
