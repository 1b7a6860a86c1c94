import { ERROR_CODES, ERROR_DOMAINS, ERROR_LEVELS, nameOfNumber } from "./error-codes.ts";
import type { LibvirtErrorCode, LibvirtErrorDomain, LibvirtErrorLevel } from "./error-codes.ts";
import { domainHandleRead, STRING_MAX, UUID_BYTES } from "./procedures/structs.ts";
import type { ProcedureName } from "./procedures/numbers.ts";
import type { XdrReader } from "./xdr/reader.ts";

/** libvirtd refused a call. Its numbers are names here; ask the predicates below, not `code`, where one fits. */
export class LibvirtError extends Error {
  override readonly name = "LibvirtError";
  readonly code: LibvirtErrorCode;
  readonly domain: LibvirtErrorDomain;
  readonly level: LibvirtErrorLevel;
  /** The call that was refused. */
  readonly procedure: ProcedureName;

  constructor(
    message: string,
    fields: {
      code: LibvirtErrorCode;
      domain: LibvirtErrorDomain;
      level: LibvirtErrorLevel;
      procedure: ProcedureName;
    },
  ) {
    super(message);
    this.procedure = fields.procedure;
    this.code = fields.code;
    this.domain = fields.domain;
    this.level = fields.level;
  }
}

/**
 * - `unreachable`: no connection could be made to the socket;
 * - `lost`: it broke, fell silent, spoke nonsense, or is being made anew;
 * - `closed`: this side closed it.
 */
export type ConnectionErrorReason = "unreachable" | "lost" | "closed";

/** A call failed for want of a connection. */
export class LibvirtConnectionError extends Error {
  override readonly name = "LibvirtConnectionError";
  readonly reason: ConnectionErrorReason;
  /** True when libvirtd may have carried the call out all the same: look before repeating it. */
  readonly mayHaveHappened: boolean;

  constructor(
    message: string,
    fields: { reason: ConnectionErrorReason; mayHaveHappened?: boolean; cause?: unknown },
  ) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.reason = fields.reason;
    this.mayHaveHappened = fields.mayHaveHappened ?? false;
  }
}

/** No domain with that name or uuid (`VIR_ERR_NO_DOMAIN`). */
export const isNoDomain = codePredicate("no-domain");
/** No secret with that uuid or usage, or one without a value (`VIR_ERR_NO_SECRET`). */
export const isNoSecret = codePredicate("no-secret");
/** The object is not in a state for it: start of a running domain, stop of a stopped one (`VIR_ERR_OPERATION_INVALID`). */
export const isOperationInvalid = codePredicate("operation-invalid");
/** The hypervisor could not do it, or the name is taken by another uuid (`VIR_ERR_OPERATION_FAILED`). */
export const isOperationFailed = codePredicate("operation-failed");
/** Another job held the domain too long, or QEMU did not answer in time (`VIR_ERR_OPERATION_TIMEOUT`). */
export const isOperationTimeout = codePredicate("operation-timeout");
/** The job was cancelled (`VIR_ERR_OPERATION_ABORTED`). */
export const isOperationAborted = codePredicate("operation-aborted");
/** This driver, or this QEMU, cannot do it (`VIR_ERR_OPERATION_UNSUPPORTED`, `VIR_ERR_NO_SUPPORT`, …). */
export const isUnsupported = codePredicate(
  "operation-unsupported",
  "no-support",
  "argument-unsupported",
  "config-unsupported",
);
/** libvirt failed in a way it has no code for; QEMU refusing to start is one (`VIR_ERR_INTERNAL_ERROR`). */
export const isInternalError = codePredicate("internal-error");
/** The XML is malformed, incomplete or impossible (`VIR_ERR_XML_*`, `NO_NAME`, `OS_TYPE`, `NO_OS`). */
export const isXmlError = codePredicate(
  "xml-error",
  "xml-detail",
  "xml-invalid-schema",
  "no-name",
  "os-type",
  "no-os",
);
/** An argument is malformed (`VIR_ERR_INVALID_ARG`). */
export const isInvalidArgument = codePredicate("invalid-arg");
/** Not allowed: polkit, a read-only connection, reading a private secret (`VIR_ERR_AUTH_*`, `*_DENIED`, `INVALID_SECRET`). */
export const isDenied = codePredicate(
  "auth-failed",
  "auth-cancelled",
  "auth-unavailable",
  "access-denied",
  "operation-denied",
  "invalid-secret",
);
/** The guest agent does not answer (`VIR_ERR_AGENT_UNRESPONSIVE`). */
export const isAgentUnresponsive = codePredicate("agent-unresponsive");

/** The connection is gone, was never made, or was closed: {@link LibvirtConnectionError}. */
export function isConnectionLost(error: unknown): error is LibvirtConnectionError {
  return error instanceof LibvirtConnectionError;
}

export function connectionLost(message: string, cause?: unknown): LibvirtConnectionError {
  return new LibvirtConnectionError(message, { reason: "lost", cause });
}

/** `remote_error` (`virNetMessageError` in `virnetprotocol.x`). */
export function errorRead(reader: XdrReader, procedure: ProcedureName): LibvirtError {
  const code = reader.int();
  const domain = reader.int();
  const message = reader.optional((r) => r.string(STRING_MAX));
  const level = reader.int();
  reader.optional(domainHandleRead);
  for (let index = 0; index < 3; index++) reader.optional((r) => r.string(STRING_MAX));
  reader.int();
  reader.int();
  reader.optional((r) => [r.string(STRING_MAX), r.fixedOpaque(UUID_BYTES)]);
  return new LibvirtError(message ?? `libvirt error ${code} without a message`, {
    code: nameOfNumber(ERROR_CODES, code),
    domain: nameOfNumber(ERROR_DOMAINS, domain),
    level: nameOfNumber(ERROR_LEVELS, level),
    procedure,
  });
}

function codePredicate(...codes: readonly LibvirtErrorCode[]): (error: unknown) => error is LibvirtError {
  return (error): error is LibvirtError => error instanceof LibvirtError && codes.includes(error.code);
}
