import { CloudError, errorText } from "#base/errors.ts";

/** PostgreSQL's SQLSTATE (its manual, appendix A), or the code of a failed system call. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === "string" ? code : undefined;
}

const nulCharacter = new Set(["22021", "22P05"]);
const numberOutOfRange = "22003";
/** Wrong password, no such user, no such database, no right. */
const refusals = new Set(["28P01", "28000", "3D000", "42501"]);

/**
 * What the caller or the operator can do something about becomes a CloudError; all else (a violated constraint, a lost
 * race) stays as it is. No message of pg's holds the password; nor does `label`.
 */
export function postgresErrorOf(error: unknown, label: string): unknown {
  if (error instanceof CloudError || !(error instanceof Error)) return error;
  const code = sqlStateOf(error);
  const cause = error;
  // SQLite takes both of these; here they are somebody's input that no schema refused.
  if (code !== undefined && nulCharacter.has(code)) {
    const message = "A text of the request holds the character U+0000, which cannot be stored; remove it.";
    return new CloudError("invalid", message, { cause });
  }
  if (code === numberOutOfRange) {
    return new CloudError("invalid", "A number of the request is out of range; give a smaller one.", {
      cause,
    });
  }
  if (code !== undefined && refusals.has(code)) {
    return unavailable(
      `The ${label} refuses (${errorText(error)}): check that user and database exist`,
      cause,
    );
  }
  if (isConnectionFailure(error, code)) {
    return unavailable(`The ${label} does not answer (${errorText(error) || code}): start it`, cause);
  }
  return error;
}

function unavailable(what: string, cause: Error): CloudError {
  return new CloudError("unavailable", `${what}, or correct [database] connection.`, { cause });
}

/** Classes 08 (connection) and 53 (resources), a server that goes down, system calls, and pg's own words without a code. */
function isConnectionFailure(error: Error, code: string | undefined): boolean {
  if (code !== undefined) return /^(08|53|57P0)/.test(code) || /^E[A-Z_]+$/.test(code);
  return /connection|SSL|socket|SASL|password|timeout/i.test(error.message);
}
