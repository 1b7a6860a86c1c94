import { ERROR_CODES, ERROR_DOMAINS, ERROR_LEVELS } from "../error-codes.ts";
import type { XdrWriter } from "../xdr/writer.ts";

/** A refusal as the fake sends it. */
export interface FakeErrorFields {
  readonly code: keyof typeof ERROR_CODES;
  readonly domain?: keyof typeof ERROR_DOMAINS;
  readonly message: string;
}

/** Thrown by a procedure of the fake; becomes a `remote_error` on the wire. */
export class FakeError extends Error {
  override readonly name = "FakeError";
  readonly fields: FakeErrorFields;

  constructor(fields: FakeErrorFields) {
    super(fields.message);
    this.fields = fields;
  }
}

export function noDomain(what: string): FakeError {
  return new FakeError({
    code: "no-domain",
    domain: "qemu",
    message: `Domain not found: no domain with matching ${what}`,
  });
}

export function noSecret(what: string): FakeError {
  return new FakeError({
    code: "no-secret",
    domain: "secret",
    message: `Secret not found: no secret with matching ${what}`,
  });
}

export function operationInvalid(message: string): FakeError {
  return new FakeError({
    code: "operation-invalid",
    domain: "qemu",
    message: `Requested operation is not valid: ${message}`,
  });
}

/** `remote_error`, filled as libvirtd does: the message again in str1. */
export function fakeErrorWrite(writer: XdrWriter, error: FakeErrorFields): void {
  writer.int(ERROR_CODES[error.code]);
  writer.int(ERROR_DOMAINS[error.domain ?? "qemu"]);
  writer.optionalString(error.message);
  writer.int(ERROR_LEVELS.error);
  writer.boolean(false);
  writer.optionalString(error.message);
  writer.optionalString(undefined);
  writer.optionalString(undefined);
  writer.int(0);
  writer.int(0);
  writer.boolean(false);
}
