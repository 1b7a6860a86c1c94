import { CloudError } from "#base/errors.ts";

/** `errors[].code` of the API reference ("Errors"), shown since microversion 1.23. */
export const placementCode = {
  inventoryInUse: "placement.inventory.inuse",
  concurrentUpdate: "placement.concurrent_update",
  duplicateName: "placement.duplicate_name",
  providerInUse: "placement.resource_provider.inuse",
  cannotDeleteParent: "placement.resource_provider.cannot_delete_parent",
  providerNotFound: "placement.resource_provider.not_found",
  duplicateKey: "placement.query.duplicate_key",
  badValue: "placement.query.bad_value",
  missingValue: "placement.query.missing_value",
} as const;

export function badRequest(message: string, code?: string): CloudError {
  return new CloudError("invalid", message, withCode(code));
}

export function conflict(message: string, code?: string): CloudError {
  return new CloudError("conflict", message, withCode(code));
}

export function notFound(message: string): CloudError {
  return new CloudError("not-found", message);
}

/** Somebody else changed the provider since the caller read it. */
export function concurrentUpdate(message: string): CloudError {
  return conflict(message, placementCode.concurrentUpdate);
}

function withCode(code: string | undefined): { data?: Readonly<Record<string, unknown>> } {
  return code === undefined ? {} : { data: { placementCode: code } };
}
