import { RE2JS, RE2JSSyntaxException } from "re2js";
import { CloudError } from "#base/errors.ts";

/**
 * Nova gives filters as regular expressions to its database. This one is RE2's, which searches in time linear in the text, whatever the
 * expression. Case does not matter. Throws `invalid` for what is no regular expression, or too large a one; `name` is the filter's.
 */
export function namePattern(pattern: string, name = "name"): (text: string) => boolean {
  // As in Nova's schemas.
  const refused = (why: string, cause?: unknown): CloudError =>
    new CloudError(
      "invalid",
      `Invalid input for query parameters ${name}. Value: ${pattern}. '${pattern}' is not a 'regex': ${why}`,
      { cause },
    );
  if (pattern === "") throw refused("it is empty");
  try {
    const compiled = RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE);
    return (text) => compiled.matcher(text).find();
  } catch (cause) {
    if (!(cause instanceof RE2JSSyntaxException)) throw cause;
    throw refused(cause.message, cause);
  }
}
