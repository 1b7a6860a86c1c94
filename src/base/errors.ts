/** What kind of failure a caller met; `http/` maps each to a status, and nothing else may. */
export type ErrorCode =
  | "invalid"
  | "unauthenticated"
  | "forbidden"
  | "not-found"
  | "already-exists"
  | "conflict"
  | "too-large"
  | "unsupported-media"
  | "range-not-satisfiable"
  | "method-not-allowed"
  | "quota"
  | "no-capacity"
  | "unavailable"
  | "timeout"
  | "not-implemented"
  | "unsupported-microversion"
  | "not-acceptable"
  | "bug";

export interface CloudErrorOptions {
  /** For the log only: never shown to the caller. */
  readonly detail?: string;
  readonly cause?: unknown;
  /** Machine-readable data of this code, such as Placement's `errors[].code`. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/**
 * The one error type that crosses our own layers. `message` is for the caller: what was asked, what was
 * found, what to do. Foreign errors (libvirt, SQL, files) become this one at the border.
 */
export class CloudError extends Error {
  override readonly name = "CloudError";
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: CloudErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = options.detail;
    this.data = options.data ?? {};
  }
}

export function isCloudError(error: unknown, ...codes: readonly ErrorCode[]): error is CloudError {
  return error instanceof CloudError && (codes.length === 0 || codes.includes(error.code));
}

/** The text of whatever was thrown, for a log or a `detail`. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Marks a place that the types say cannot be reached. */
export function unreachable(value: never): never {
  throw new CloudError("bug", "An internal error occurred.", {
    detail: `unreachable: ${JSON.stringify(value)}`,
  });
}
