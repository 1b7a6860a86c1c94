import { isUtf8 } from "node:buffer";
import { base64Decode } from "#base/base64.ts";
import { CloudError } from "#base/errors.ts";
import { contentTypeFind, contentTypesText, payloadNotAcceptable, type ContentType } from "./content-type.ts";
import { invalidObject } from "./secret.ts";

/** Barbican's default `max_allowed_secret_in_bytes`; of a one-step store it counts the text as it was sent. */
const payloadBytesLimit = 20_000;

export interface Payload {
  /** Plaintext; whoever made it wipes it. */
  readonly bytes: Buffer;
  readonly contentType: ContentType;
}

const base64Text = /^[A-Za-z0-9+/]*={0,2}$/;

/** The payload inside the JSON of a one-step store; undefined for the first of two steps. */
export function payloadOfJson(fields: {
  readonly payload: unknown;
  readonly contentType: string | null | undefined;
  readonly encoding: string | undefined;
}): Payload | undefined {
  if (fields.payload === undefined) {
    if (fields.contentType === undefined) return undefined;
    throw refused("payload must be provided when payload_content_type is specified", "payload");
  }
  if (typeof fields.payload !== "string") throw refused("the payload is not of type 'string'", "payload");
  payloadCheckSize(Buffer.byteLength(fields.payload, "utf8"));
  const contentType = declaredType(fields.contentType);
  const text = fields.payload.trim();
  if (text === "") throw refused("If 'payload' specified, must be non empty", "payload");
  if (contentType === "text/plain") {
    if (fields.encoding === undefined) return { bytes: Buffer.from(text, "utf8"), contentType };
    throw refused("payload_content_encoding is not allowed with text/plain", "payload_content_encoding");
  }
  if (fields.encoding !== "base64") {
    throw refused("payload_content_encoding is not one of ['base64']", "payload_content_encoding");
  }
  return { bytes: fromBase64(text), contentType };
}

/** The payload of the second step: the body of a PUT, as its headers describe it. */
export function payloadOfBody(
  body: Buffer,
  headers: { readonly type: string | undefined; readonly encoding: string | undefined },
): Payload {
  const contentType = contentTypeFind(headers.type ?? "");
  if (contentType !== "text/plain" && contentType !== "application/octet-stream") {
    throw new CloudError(
      "unsupported-media",
      `Content-Type of '${headers.type ?? ""}' is not supported for PUT. Send text/plain or application/octet-stream.`,
    );
  }
  if (body.length === 0)
    throw new CloudError("invalid", "Secret update issue seen - No data supplied to process.");
  payloadCheckSize(body.length);
  if (contentType === "text/plain") {
    if (isUtf8(body)) return { bytes: body, contentType };
    throw new CloudError("invalid", "Secret update issue seen - a text/plain payload must be UTF-8.");
  }
  if (headers.encoding === undefined) return { bytes: body, contentType };
  if (headers.encoding.toLowerCase() === "base64") return { bytes: fromBase64Leniently(body), contentType };
  throw new CloudError(
    "invalid",
    `Secret update issue seen - content-encoding of '${headers.encoding}' not supported.`,
  );
}

/** Binary that is no text cannot be handed out as text (406). */
export function payloadCheckForm(bytes: Buffer, wanted: ContentType): void {
  if (wanted === "text/plain" && !isUtf8(bytes)) throw payloadNotAcceptable();
}

export function payloadCheckSize(bytes: number): void {
  if (bytes > payloadBytesLimit)
    throw new CloudError("too-large", "Provided information too large to process");
}

function declaredType(text: string | null | undefined): ContentType {
  if (text === undefined || text === null) {
    throw refused(
      "If 'payload' is supplied, 'payload_content_type' must also be supplied.",
      "payload_content_type",
    );
  }
  const found = contentTypeFind(text);
  if (found) return found;
  throw refused(`payload_content_type is not one of ${contentTypesText}`, "payload_content_type");
}

function fromBase64(text: string): Buffer {
  const compact = text.replaceAll(/\s+/g, "");
  if (compact === "" || !base64Text.test(compact) || compact.length % 4 !== 0) {
    throw refused("Invalid payload for payload_content_encoding", "payload");
  }
  return Buffer.from(compact, "base64");
}

/** As Python reads it, and so Barbican here: what is no letter of base64 is left out, and only the number of letters is judged. */
function fromBase64Leniently(body: Buffer): Buffer {
  const bytes = base64Decode(body);
  if (bytes) return bytes;
  throw new CloudError("invalid", "Problem decoding payload");
}

function refused(reason: string, property: string): CloudError {
  return invalidObject("Secret", reason, property);
}
