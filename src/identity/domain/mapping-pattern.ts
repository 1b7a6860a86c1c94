import { RE2JS } from "re2js";

/** Whether the text has a part that the expression fits, in time linear in the text (RE2). Throws for what is no expression. */
export function mappingPattern(expression: string): (text: string) => boolean {
  const compiled = RE2JS.compile(expression);
  return (text) => compiled.matcher(text).find();
}
