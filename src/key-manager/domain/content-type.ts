import { CloudError } from "#base/errors.ts";

/** What a payload can be (barbican.plugin.util.mime_types). */
const contentTypes = ["text/plain", "application/octet-stream", "application/pkcs8"] as const;
export type ContentType = (typeof contentTypes)[number];

/** As Barbican's messages list them. */
export const contentTypesText =
  "['text/plain', 'text/plain;charset=utf-8', 'text/plain; charset=utf-8', 'application/octet-stream', 'application/pkcs8']";

/** The content type that a header or field means: any case, `charset=utf-8` allowed. Undefined when it is not supported. */
export function contentTypeFind(text: string): ContentType | undefined {
  const [type = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  if (!parameters.every((parameter) => parameter === "charset=utf-8")) return undefined;
  return contentTypes.find((known) => known === type);
}

/**
 * The form in which a payload is handed out. Without an Accept header it is octet-stream, as Barbican has it;
 * any type ("*" twice) gives the stored one. Throws `not-acceptable` (406) when no wanted form is offered.
 */
export function contentTypeNegotiate(accept: string | undefined, stored: ContentType): ContentType {
  if (accept === undefined || accept.trim() === "") return "application/octet-stream";
  if (accept === stored) return stored;
  for (const range of mediaRanges(accept)) {
    if (range === "*/*") return stored;
    if (range.endsWith("/*") && stored.startsWith(range.slice(0, -1))) return stored;
    const offered = contentTypeFind(range);
    if (offered) return offered;
  }
  throw payloadNotAcceptable();
}

/** Whether an answer in JSON suits the client; real Barbican hands out the payload when it does not. */
export function acceptsJson(accept: string | undefined): boolean {
  if (accept === undefined || accept.trim() === "") return true;
  return mediaRanges(accept).some((range) => /^(application\/json|application\/\*|\*\/\*)(;|$)/.test(range));
}

export function payloadNotAcceptable(): CloudError {
  return new CloudError(
    "not-acceptable",
    "Secret payload retrieval issue seen - Wrong payload content-type.",
  );
}

/** The media ranges of an Accept header (RFC 9110, 12.5.1), the preferred first, without their weights. */
function mediaRanges(accept: string): readonly string[] {
  const weighted = accept.split(",").map((part) => {
    const [type = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    const weight = parameters.find((text) => text.startsWith("q="));
    const others = parameters.filter((text) => !text.startsWith("q="));
    return { range: [type, ...others].join(";"), weight: weight === undefined ? 1 : Number(weight.slice(2)) };
  });
  return weighted
    .filter(({ weight }) => weight > 0)
    .sort((left, right) => right.weight - left.weight)
    .map(({ range }) => range);
}
