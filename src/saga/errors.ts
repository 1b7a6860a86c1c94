import { CloudError, errorText, type ErrorCode } from "#base/errors.ts";

/** Why a saga unwinds: kept in its row as JSON. */
export interface SagaFailure {
  /** The step that failed. */
  readonly step: string;
  readonly code: ErrorCode;
  /** For the user, as a `CloudError`'s message is. */
  readonly message: string;
  /** For the operator. */
  readonly detail?: string | undefined;
  /** The `CloudError`'s, when it has any. */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}

/** The step may succeed when it is tried again. */
export class RetryableError extends Error {
  override readonly name = "RetryableError";
}

/** The step will not succeed; in an undo: the operator is needed. */
export class TerminalError extends Error {
  override readonly name = "TerminalError";
}

/** `throw retryable(cause)`: try this step again after a while. */
export function retryable(cause: unknown): RetryableError {
  return new RetryableError(errorText(cause), { cause });
}

/** `throw terminal(cause)`: unwind. What the user reads is the cause's message when it is a `CloudError`. */
export function terminal(cause: unknown): TerminalError {
  return new TerminalError(errorText(cause), { cause });
}

/** What is kept of whatever a step threw. */
export function sagaFailure(step: string, thrown: unknown): SagaFailure {
  const cause = thrown instanceof RetryableError || thrown instanceof TerminalError ? thrown.cause : thrown;
  if (cause instanceof CloudError) {
    const detail = cause.detail ?? (cause.cause === undefined ? undefined : errorText(cause.cause));
    const { code, message, data } = cause;
    return {
      step,
      code,
      message,
      ...(detail === undefined ? {} : { detail }),
      ...(Object.keys(data).length === 0 ? {} : { data }),
    };
  }
  return { step, code: "bug", message: "An internal error occurred.", detail: errorText(cause) };
}
