import { CloudError } from "#base/errors.ts";
import type { Answered, Unanswered } from "./exchange.ts";

/** That a request changed nothing at Barbican, whatever came of it: there is nothing to clean up. */
const nothingDone = { nothingDone: true };

/** Addresses are the operator's business: they go into the detail. */
export function unansweredError(cause: Unanswered, url: string): CloudError {
  const detail = `${url}: ${cause.message}`;
  if (cause.kind === "left")
    return new CloudError("timeout", "The client closed the connection.", { cause, detail });
  if (cause.kind === "timeout") {
    const message = "The key manager (Barbican) takes too long to answer. Try again later.";
    return new CloudError("timeout", message, { cause, detail });
  }
  const what = cause.kind === "broken" ? "broke the connection off" : "cannot be reached";
  return new CloudError(
    "unavailable",
    `The key manager (Barbican) ${what} (${codeOf(cause)}). Try again when it is back.`,
    { cause, detail, data: cause.kind === "no-connection" ? nothingDone : {} },
  );
}

function codeOf({ cause, message }: Unanswered): string {
  return (cause as NodeJS.ErrnoException).code ?? message;
}

/** What Barbican, or whatever is in its place, answered instead of what was asked for. */
export function answerError({ status, body }: Answered, url: string): CloudError {
  const said = descriptionIn(body);
  const detail = `${url}: ${status} ${said ?? body.toString("latin1", 0, 200)}`;
  const more = { detail, data: status < 500 ? nothingDone : {} };
  if (status === 401) {
    return new CloudError(
      "unavailable",
      "The key manager (Barbican) does not accept your token: either it ended just now, or Barbican does not validate tokens at this cloud's identity service.",
      more,
    );
  }
  if (status === 403) return new CloudError("forbidden", said ?? "The key manager refuses", more);
  // A 404 of something else must not pass for the loss of a secret; Barbican's says "Secret not found." or the like.
  if (status === 404 && /secret/i.test(said ?? "")) return new CloudError("not-found", said ?? "", more);
  if (status === 413) return new CloudError("too-large", said ?? "Too large for the key manager.", more);
  return new CloudError(
    "unavailable",
    `The key manager (Barbican) answers ${status}${said === undefined ? ", and not as Barbican does" : `: ${said}`}`,
    more,
  );
}

/** Of Barbican's envelope `{"code", "title", "description"}`. */
function descriptionIn(body: Buffer): string | undefined {
  try {
    const { description, title } = JSON.parse(body.toString("utf8")) as Readonly<Record<string, unknown>>;
    return typeof description === "string" && typeof title === "string" ? description : undefined;
  } catch {
    // No JSON: not Barbican's own words.
    return undefined;
  }
}
