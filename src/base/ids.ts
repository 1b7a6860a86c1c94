import { randomBytes, randomFillSync, randomUUID } from "node:crypto";

declare const brand: unique symbol;
/** A string that was parsed once, at the edge, and is of one kind of thing only. */
export type Branded<Name extends string> = string & { readonly [brand]: Name };

export type ServerId = Branded<"ServerId">;
export type HostId = Branded<"HostId">;
export type SecretId = Branded<"SecretId">;
export type ImageId = Branded<"ImageId">;
export type ProjectId = Branded<"ProjectId">;
export type UserId = Branded<"UserId">;
export type SagaId = Branded<"SagaId">;

const dashedUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const uuid4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** True for what `newUuid` makes: version 4, in lower case. */
export function isUuid4(text: string): boolean {
  return uuid4.test(text);
}

/** True for the dashed form, any version (RFC 9562). */
export function isUuid(text: string): boolean {
  return dashedUuid.test(text);
}

const drawn = Buffer.alloc(4096);
let used = drawn.length;

/**
 * For what need not stay secret: ids, nonces. Drawn from the system's generator 4 KiB at a time, as Node does for UUIDs: one
 * draw costs as much as sealing a payload. At most 4 KiB.
 */
export function randomBytesPublic(length: number): Buffer {
  if (used + length > drawn.length) {
    randomFillSync(drawn);
    used = 0;
  }
  used += length;
  return Buffer.from(drawn.subarray(used - length, used));
}

// oxlint-disable typescript/no-unnecessary-type-parameters -- the caller says which kind of id it wants
/** A new dashed, lower-case UUID (version 4). */
export function newUuid<Id extends string = string>(): Id {
  return randomUUID() as Id;
}

/** 32 hex digits, as Keystone names projects, users and roles. */
export function newHexId<Id extends string = string>(): Id {
  return randomBytes(16).toString("hex") as Id;
}

/** OpenStack's request id: `req-` and a UUID. */
export function newRequestId(): string {
  return `req-${randomUUID()}`;
}
