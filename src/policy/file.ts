import { isAlias, isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from "yaml";
import { isCloudError } from "#base/errors.ts";
import { ConfigError } from "#config/config-error.ts";
import { parseCheck } from "./check.ts";

/** One rule of the operator's file; its check string is of the language. */
export interface PolicyFileRule {
  readonly name: string;
  readonly text: string;
  /** Where it stands, for messages: `policy.yaml:12`. */
  readonly place: string;
}

/**
 * Reads oslo.policy's file: a YAML mapping of rule names to check strings. Throws ConfigError, one line with file and line,
 * for what is no such mapping and for a check string that is not of the language.
 */
export function policyFileParse(path: string, content: string): PolicyFileRule[] {
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines, prettyErrors: false });
  const placeAt = (offset: number | undefined): string =>
    `${path}:${Math.max(lines.linePos(offset ?? 0).line, 1)}`;
  const [broken] = document.errors;
  if (broken)
    throw new ConfigError(placeAt(broken.pos[0]), `this is not valid YAML: ${said(broken.message)}`);
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return [];
  if (!isMap(contents)) {
    const found = isScalar(contents) ? `"${String(contents.value)}"` : "a list";
    throw new ConfigError(
      placeAt(contents.range?.[0]),
      `found ${found}, allowed is a mapping, a line "RULE": "CHECK STRING" for each rule`,
    );
  }
  return contents.items.map(({ key, value }) => {
    const place = placeAt(isNode(key) ? key.range?.[0] : undefined);
    const name = isScalar(key) ? key.value : undefined;
    if (typeof name !== "string")
      throw new ConfigError(place, `the name of a rule is no text, allowed is "RULE": "CHECK STRING"`);
    const text = textOf(document, value, `${place}: ${JSON.stringify(name)}`);
    return { name, text: checked(text, `${place}: ${JSON.stringify(name)}`), place };
  });
}

/** Without the library's advice to programmers. */
function said(message: string): string {
  return message.replace(/;.*$|[.:]$/, "");
}

function textOf(document: Document.Parsed, node: unknown, place: string): string {
  const value = isAlias(node) ? node.resolve(document) : node;
  if (isAlias(node) && value === undefined)
    throw new ConfigError(place, `found *${node.source}, which nothing before it defines, ${allowed}`);
  if (!isScalar(value))
    throw new ConfigError(place, `found ${isMap(value) ? "a mapping" : "a list"}, ${allowed}`);
  // Without quotes "!" is a tag with nothing behind it, which YAML reads as the empty text: everybody instead of nobody.
  if (value.tag !== undefined)
    throw new ConfigError(place, `found the YAML tag ${value.tag}, allowed is a text: write "!" in quotes`);
  // oslo.policy lets nobody pass for blanks, and everybody for no text at all.
  if (typeof value.value === "string" && (value.value === "" || value.value.trim() !== ""))
    return value.value.trim();
  if (typeof value.value === "string") throw new ConfigError(place, `found only blanks, ${allowed}`);
  const found = value.value === null ? "nothing" : `${typeof value.value} ${value.source ?? ""}`;
  throw new ConfigError(place, `found ${found}, ${allowed}`);
}

const allowed = `allowed is a check string in quotes (everybody: "@", nobody: "!")`;

function checked(text: string, place: string): string {
  try {
    parseCheck(text);
    return text;
  } catch (cause) {
    if (!isCloudError(cause, "invalid")) throw cause;
    const unexpected = String(cause.data["unexpected"]);
    throw new ConfigError(
      place,
      `found "${text}", where ${unexpected === "end" ? "something misses at the end" : `"${unexpected}" is unexpected`}, allowed are role:, rule:, attributes of the token (project_id:%(project_id)s), @, !, and, or, not, parentheses`,
    );
  }
}
