import { CloudError } from "#base/errors.ts";
import {
  PatternError,
  patternParse,
  type CharTest,
  type PatternNode,
  type PlaceTest,
} from "./pattern-syntax.ts";

type Step =
  | { readonly op: "char"; readonly test: CharTest }
  | { readonly op: "place"; readonly test: PlaceTest }
  /** Goes on at each of these. */
  | { readonly op: "fork"; readonly to: number[] }
  | { readonly op: "found" };

/** What a pattern may come to, so that no list takes long. */
const mostSteps = 1_000;

/**
 * Nova gives filters as regular expressions to its database. This one is searched in time linear in the text, whatever the expression,
 * because it goes all ways at once (Thompson's construction) and never back. Case does not matter. Throws `invalid` for what is no regular
 * expression, or too large a one; `name` is the filter's.
 */
export function namePattern(pattern: string, name = "name"): (text: string) => boolean {
  if (/^[\w -]+$/.test(pattern)) {
    const plain = pattern.toLowerCase();
    return (text) => text.toLowerCase().includes(plain);
  }
  return searcher(compiled(pattern, name));
}

function compiled(pattern: string, name: string): readonly Step[] {
  try {
    const steps: Step[] = [];
    emit(steps, patternParse(pattern));
    steps.push({ op: "found" });
    return steps;
  } catch (cause) {
    if (!(cause instanceof PatternError)) throw cause;
    throw new CloudError(
      "invalid",
      `Invalid input for query parameters ${name}. Value: ${pattern}. '${pattern}' is not a 'regex': ${cause.message}`,
      { cause },
    );
  }
}

function emit(steps: Step[], node: PatternNode): void {
  if (steps.length > mostSteps) throw new PatternError("it is too large");
  if (node.kind === "char") steps.push({ op: "char", test: node.test });
  else if (node.kind === "place") steps.push({ op: "place", test: node.test });
  else if (node.kind === "all") for (const part of node.parts) emit(steps, part);
  else if (node.kind === "any") emitAny(steps, node.parts);
  else emitRepeat(steps, node);
}

function emitAny(steps: Step[], parts: readonly PatternNode[]): void {
  const [only] = parts;
  if (only && parts.length === 1) return emit(steps, only);
  const starts: number[] = [];
  steps.push({ op: "fork", to: starts });
  const jumps: number[][] = [];
  for (const part of parts) {
    starts.push(steps.length);
    emit(steps, part);
    const jump: number[] = [];
    steps.push({ op: "fork", to: jump });
    jumps.push(jump);
  }
  for (const jump of jumps) jump.push(steps.length);
}

function emitRepeat(
  steps: Step[],
  { part, least, most }: Extract<PatternNode, { readonly kind: "repeat" }>,
): void {
  for (let count = 0; count < least; count += 1) {
    const before = steps.length;
    emit(steps, part);
    // Nothing, however often.
    if (steps.length === before) break;
  }
  if (most === Number.POSITIVE_INFINITY) {
    const start = steps.length;
    const fork: number[] = [start + 1];
    steps.push({ op: "fork", to: fork });
    emit(steps, part);
    steps.push({ op: "fork", to: [start] });
    fork.push(steps.length);
    return;
  }
  const forks: number[][] = [];
  for (let count = least; count < most; count += 1) {
    const fork: number[] = [steps.length + 1];
    steps.push({ op: "fork", to: fork });
    forks.push(fork);
    emit(steps, part);
  }
  for (const fork of forks) fork.push(steps.length);
}

/** Whether it is anywhere in a text. */
function searcher(steps: readonly Step[]): (text: string) => boolean {
  /** Where each step was reached last, so that nothing is to be cleared. */
  const reachedAt = new Uint32Array(steps.length);
  let place = 0;
  return (text) => {
    const chars = Array.from(text);
    let waiting: number[] = [];
    for (let at = 0; at <= chars.length; at += 1) {
      place += 1;
      const [before, after] = [chars[at - 1], chars[at]];
      // It may begin here too.
      const open = [...waiting, 0];
      waiting = [];
      for (let index = open.pop(); index !== undefined; index = open.pop()) {
        if (reachedAt[index] === place) continue;
        reachedAt[index] = place;
        const step = steps[index];
        if (step?.op === "found") return true;
        if (step?.op === "fork") open.push(...step.to);
        else if (step?.op === "place" && step.test(before, after)) open.push(index + 1);
        else if (step?.op === "char" && after !== undefined && step.test(after)) waiting.push(index + 1);
      }
    }
    return false;
  };
}
