import type { FastifyRequest } from "fastify";
import { CloudError } from "#base/errors.ts";
import { wipe } from "#base/secret.ts";

/** No body of these APIs is half as deep; thousands of levels would end in a stack that overflows. */
const deepest = 100;

/** The request's JSON; undefined when there is no body. Throws `unsupported-media` or `invalid`. */
export function jsonBody(request: FastifyRequest): unknown {
  const bytes = request.body as Buffer | undefined;
  if (bytes === undefined || bytes.length === 0) return undefined;
  const type =
    (request.headers["content-type"] ?? "application/json").split(";")[0]?.trim().toLowerCase() ?? "";
  if (type !== "application/json" && !type.endsWith("+json") && !type.endsWith("-patch")) {
    throw new CloudError(
      "unsupported-media",
      `The media type ${type} is not supported; send application/json.`,
    );
  }
  return parseJson(bytes, (reason) => `Malformed request body: ${reason}.`);
}

/** Throws `invalid`, as `words` say it. */
export function parseJson(bytes: Buffer, words: (reason: string) => string): unknown {
  if (isTooDeep(bytes)) {
    throw new CloudError("invalid", words(`its JSON is deeper than ${deepest} levels`));
  }
  try {
    return JSON.parse(bytes.toString("utf8")) as unknown;
  } catch (cause) {
    throw new CloudError("invalid", words("it is not valid JSON"), { cause });
  } finally {
    // Passwords and payloads come this way.
    wipe(bytes);
  }
}

const code = (character: string): number => character.charCodeAt(0);
const [quote, backslash] = [code('"'), code("\\")];
const [list, listEnd, object, objectEnd] = [code("["), code("]"), code("{"), code("}")];

function isTooDeep(bytes: Buffer): boolean {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (inText) {
      if (byte === backslash) at += 1;
      else if (byte === quote) inText = false;
    } else if (byte === quote) inText = true;
    else if (byte === list || byte === object) depth += 1;
    else if (byte === listEnd || byte === objectEnd) depth -= 1;
    if (depth > deepest) return true;
  }
  return false;
}
